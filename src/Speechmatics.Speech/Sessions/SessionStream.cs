using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.Biasing;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// The engine's side of a session: its audio, its encoder and decoder state, its transcript. Three owners, by field:
/// the writer and the worker share the audio under <see cref="Gate"/>; the scheduler owns the scheduling fields under its lock; everything else belongs to the
/// worker while the stream is <see cref="StreamState.Running"/>.
/// </summary>
internal sealed class SessionStream
{
    /// <summary>A stream may run this much ahead of real time before its chunks count as spare work.</summary>
    private const double BurstSeconds = 1.0;

    /// <summary>How fast a stream works off a lead over real time, so that a burst at its start does not make it second-class for ever.</summary>
    private const double PaceFactor = 1.1;

    /// <summary>The share of a chunk's duration that its result may take.</summary>
    private const double SlackFactor = 0.25;

    /// <summary>How far a flush goes before chunks that came due with it: somebody waits for the answer, while a partial that is late by this much is followed by the next.</summary>
    private const double FlushLeadSeconds = 1.0;

    /// <summary>Streams whose places differ by one part in this many have the same grid.</summary>
    private const int GridSpread = 17;

    private readonly SessionEngine _engine;
    private readonly int _gridFrames;
    private SessionOptions _options;
    private long _processed;
    private long _paceAnchor;
    private FlushRequest? _flush;
    private bool _completed;
    private bool _refining;
    private bool _stalled;

    public SessionStream(SessionEngine engine, SessionOptions options, double place)
    {
        _engine = engine;
        _options = options;
        Place = place;
        Intake = new AudioIntake(engine, options.SampleRate, keepAudio: options.OperatingPoint == OperatingPoint.Enhanced, voiceActivity: options.VoiceActivity is not null);
        Voice = options.VoiceActivity is null ? null : new VoiceActivityStream(engine, options);
        Utterances = options.OperatingPoint == OperatingPoint.Enhanced ? new UtteranceQueue(Events) : null;
        Mel = new MelQueue(engine.MelSegments, engine.Layout.SilenceMel);
        Decoder = options.CreateDecoderSettings(engine).CreateState(engine.Model.Vocabulary);
        Transcript = new TranscriptTracker(engine, options, Voice?.Evidence);
        SecondPassPhrases = options.CompileSecondPassPhrases(engine);
        PinnedChunkFrames = options.Chunk is { } pinned ? SessionOptions.ChunkFrames(engine.Layout, pinned) : null;
        SmallestIndex = options.SmallestChunk is { } smallest
            ? engine.Layout.ChunkFrames.IndexOf(SessionOptions.ChunkFrames(engine.Layout, smallest) ?? 0)
            : 0;
        CapacityFrames = (long)(options.BufferDuration.TotalSeconds * engine.Layout.SampleRate / engine.Layout.HopSamples);
        _paceAnchor = engine.Clock.GetTimestamp();
        CurrentChunkFrames = PinnedChunkFrames ?? engine.Layout.ChunkFrames[SmallestIndex];

        // streams that began at the same moment need different grids; those of nearby places change size together, so these must differ most
        var smallestChunk = engine.Layout.ChunkFrames[SmallestIndex];
        _gridFrames = smallestChunk * (int)(place * GridSpread % 1 * (engine.Layout.ChunkFrames[^1] / smallestChunk));
    }

    /// <summary>Never changed in place: a change is another object.</summary>
    public SessionOptions Options
    {
        get => Volatile.Read(ref _options);
        set => Volatile.Write(ref _options, value);
    }

    public EventQueue Events { get; } = new();

    // audio, under Gate

    public Lock Gate { get; } = new();

    public AudioIntake Intake { get; }

    public MelQueue Mel { get; }

    /// <summary>Mel frames that may wait.</summary>
    public long CapacityFrames { get; }

    /// <summary>Encoder frames up to which audio is recognised or being so: later audio can still be dropped.</summary>
    public long ClaimedFrames { get; set; }

    /// <summary>The sample up to which the second pass has read or will read.</summary>
    public long ReadUntilSample { get; set; }

    /// <summary>Encoder frames dropped so far.</summary>
    public long DroppedFrames { get; set; }

    /// <summary>When audio last came.</summary>
    public long LastWrite { get; set; }

    /// <summary>Set while a writer waits for room.</summary>
    public TaskCompletionSource? RoomWaiter { get; set; }

    // scheduling, under the scheduler's lock

    public StreamState State { get; set; }

    public int HeapIndex { get; set; } = -1;

    public long Deadline { get; set; }

    /// <summary>From when on the pool counts as late with what is due: the deadline, or for a flush the moment it was asked for.</summary>
    public long LateFrom { get; private set; }

    /// <summary>When what is due became so.</summary>
    public long DueSince { get; set; }

    /// <summary>Whether what is due lies ahead of real time, so that it only uses capacity that live streams leave.</summary>
    public bool Spare { get; private set; }

    /// <summary>Whether the audio that the wanted chunk needs does not come: then what there is runs in smaller chunks.</summary>
    public bool Stalled
    {
        get => Volatile.Read(ref _stalled);
        set => Volatile.Write(ref _stalled, value);
    }

    /// <summary>The stream's slot, or -1 before its first step.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Set when the stream must be closed as soon as its owner lets go of it.</summary>
    public bool CloseRequested { get; set; }

    /// <summary>Waits for the stream to be let go of: a snapshot.</summary>
    public TaskCompletionSource? OwnershipWaiter { get; set; }

    /// <summary>The stream's fixed place among all, 0 up to but not including 1: decides which streams change chunk size first.</summary>
    public double Place { get; }

    /// <summary>The chunk the session is pinned to, in encoder frames, or null.</summary>
    public int? PinnedChunkFrames { get; }

    /// <summary>The index of the smallest chunk an elastic session uses.</summary>
    public int SmallestIndex { get; }

    // the worker's

    public DecoderState Decoder { get; }

    public TokenBuffer Tokens { get; } = new();

    public TranscriptTracker Transcript { get; }

    /// <summary>What the voice activity model keeps of the stream; null in sessions without.</summary>
    public VoiceActivityStream? Voice { get; }

    /// <summary>Set on a stream that decodes a stretch of another stream's audio again.</summary>
    public BlankSpan? Reads { get; init; }

    /// <summary>The custom vocabulary in the second pass's tokens, or null.</summary>
    public PhraseAutomaton? SecondPassPhrases { get; }

    /// <summary>Utterances that wait for the second pass; null in standard sessions. Thread-safe.</summary>
    public UtteranceQueue? Utterances { get; }

    /// <summary>Whether a reading that refines the partial is under way. Any worker may clear it.</summary>
    public bool Refining
    {
        get => Volatile.Read(ref _refining);
        set => Volatile.Write(ref _refining, value);
    }

    /// <summary>The frame up to which the unfinished utterance was last read.</summary>
    public long RefinedUntilFrame { get; set; }

    /// <summary>Set by the worker when all audio is recognised by the first pass.</summary>
    public bool FirstPassEnded { get; set; }

    /// <summary>Dropped frames that the encoder has passed: added to encoder frames to get audio time.</summary>
    public long TimeOffsetFrames { get; set; }

    /// <summary>The size of the last whole chunk, for status and notices.</summary>
    public int CurrentChunkFrames { get; set; }

    public bool Degraded { get; set; }

    /// <summary>When the samples of the next chunk arrived, where they already have.</summary>
    public long NextArrival { get; set; }

    /// <summary>Set by the worker after the stream's last event.</summary>
    public bool Ended { get; set; }

    /// <summary>Encoder frames computed; written by the worker, readable by all.</summary>
    public long Processed
    {
        get => Volatile.Read(ref _processed);
        set => Volatile.Write(ref _processed, value);
    }

    /// <summary>The forced end of utterance that is asked for, or null.</summary>
    public FlushRequest? Flush
    {
        get => Volatile.Read(ref _flush);
        set => Volatile.Write(ref _flush, value);
    }

    /// <summary>Ends the flushes under way with <paramref name="failure"/>.</summary>
    public void FailFlushes(Exception failure)
    {
        Flush?.Fail(failure);
        Utterances?.EndFlushes(failure);
        Voice?.Rescue?.EndFlushes(failure);
    }

    /// <summary>Whether all audio is in <see cref="Mel"/>.</summary>
    public bool Completed
    {
        get => Volatile.Read(ref _completed);
        set => Volatile.Write(ref _completed, value);
    }

    /// <summary>Mel frames that wait to be recognised.</summary>
    public long WaitingMelFrames => Mel.Written - (Processed * _engine.Layout.MelFramesPerEncoderFrame);

    /// <summary>Whether less audio waits than a chunk may need. Then more is taken whatever the capacity: nothing would ever run otherwise.</summary>
    public bool LacksChunk => _engine.WholeEncoderFrames(Mel.Written) - Processed < (PinnedChunkFrames ?? _engine.Layout.ChunkFrames[^1]);

    /// <summary>The chunk of the controller's level, or the stream's own where that is pinned or larger.</summary>
    public int LevelChunkFrames(LatencyController controller) => PinnedChunkFrames ?? _engine.Layout.ChunkFrames[LevelIndex(controller)];

    /// <summary>
    /// The least chunk the stream waits for now: that of the controller's level, or a smaller one until the next can begin at a multiple of its size, counted from the stream's own beginning. Streams change size within the same second:
    /// without a grid of its own for each, the large chunks of all would come due together ever after, and workers would lie idle in between.
    /// </summary>
    public int WantedChunkFrames(LatencyController controller)
    {
        if (PinnedChunkFrames is { } pinned) return pinned;
        var sizes = _engine.Layout.ChunkFrames;
        var index = LevelIndex(controller);
        while (index > SmallestIndex && (Processed + _gridFrames) % sizes[index] != 0) index--;
        return sizes[index];
    }

    /// <summary>
    /// Marks an elastic stream as stalled when the rest of its chunk should have come by now at the speed of speech and a smaller chunk can be made of what there is. Returns whether it is now due because of that.
    /// </summary>
    public bool FindStalled(LatencyController controller, long now)
    {
        if (PinnedChunkFrames is not null || Stalled || State != StreamState.Idle) return false;
        lock (Gate)
        {
            if (Completed || Flush is not null || LastWrite == 0) return false;
            var wanted = WantedChunkFrames(controller);
            var waiting = _engine.WholeEncoderFrames(Mel.Written + Intake.PendingFrames) - Processed;
            if (waiting < _engine.Layout.ChunkFrames[SmallestIndex]) return false;
            if (waiting < wanted && now - LastWrite < _engine.Ticks(wanted * _engine.Layout.SecondsPerEncoderFrame)) return false;
            Intake.Drain(Mel, LastWrite);
            Stalled = true;
            return true;
        }
    }

    private int LevelIndex(LatencyController controller) => Math.Max(SmallestIndex, Stalled ? 0 : controller.IndexFor(Place));

    /// <summary>What is due now. Exact while the stream is not running; the scheduler asks under its lock.</summary>
    public StepPlan Plan(LatencyController controller)
    {
        var plan = PlanAudio(controller);
        return plan.Kind == StepKind.None && Voice?.Rescue?.IsDue == true ? new StepPlan(StepKind.Close, 0) : plan;
    }

    private StepPlan PlanAudio(LatencyController controller)
    {
        if (FirstPassEnded || Voice?.Rescue?.AudioEnded == true) return default;
        var processed = Processed;
        if (Flush is { } flush)
        {
            // whole chunks before the flush are computed for good; what is left is only looked at
            var whole = _engine.WholeEncoderFrames(flush.MelFrames) - processed;
            var chunk = PinnedChunkFrames is { } pinned ? (whole >= pinned ? pinned : 0) : _engine.LargestChunkWithin(whole);
            if (chunk > 0) return new StepPlan(StepKind.Chunk, chunk);
            var left = FlushEnd(flush) - Math.Max(processed, Decoder.NextFrame);
            return left > 0
                ? new StepPlan(StepKind.Look, _engine.SmallestChunkCovering(FlushEnd(flush) - processed))
                : new StepPlan(StepKind.Close, 0);
        }

        var written = Mel.Written;
        var available = _engine.WholeEncoderFrames(written) - processed;
        var wanted = WantedChunkFrames(controller);
        if (available >= wanted)
            return new StepPlan(StepKind.Chunk, PinnedChunkFrames ?? _engine.LargestChunkWithin(available));
        if (!Completed) return default;
        var rest = _engine.EncoderFramesOf(written) - processed;
        if (rest <= 0) return new StepPlan(StepKind.Close, 0);
        return new StepPlan(StepKind.Chunk, PinnedChunkFrames ?? _engine.SmallestChunkCovering(rest));
    }

    /// <summary>Whether the stream, which is due, can run a chunk of <paramref name="chunkFrames"/> now.</summary>
    public StepKind KindFor(int chunkFrames, LatencyController controller)
    {
        var plan = Plan(controller);
        if (plan.ChunkFrames == chunkFrames) return plan.Kind;

        // an elastic stream with more audio waiting can keep others company with a smaller chunk, though never one below its own least
        var elastic = plan.Kind == StepKind.Chunk && PinnedChunkFrames is null && chunkFrames < plan.ChunkFrames;
        return elastic && chunkFrames >= WantedChunkFrames(controller) ? StepKind.Chunk : StepKind.None;
    }

    /// <summary>Audio time at the beginning of an encoder frame.</summary>
    public TimeSpan TimeOf(long frame) => TimeSpan.FromSeconds(frame * _engine.Layout.SecondsPerEncoderFrame);

    /// <summary>Counts real time from here on: a stream that was restored after hours of audio is not ahead of it.</summary>
    public void RestartPace() =>
        _paceAnchor = _engine.Clock.GetTimestamp() - _engine.Ticks(Processed * _engine.Layout.SecondsPerEncoderFrame / PaceFactor);

    /// <summary>The encoder frame after the last that a flush decodes.</summary>
    public long FlushEnd(FlushRequest flush) => _engine.EncoderFramesOf(flush.MelFrames + flush.TailFrames);

    /// <summary>
    /// Sets the deadline of what is due: that of a flush and the chunks before it lies in the past, so that it does not queue behind chunks of others that are late. A stream ahead of real time (a file, a burst) gets the deadline its audio would have had if it had come at the speed of speech, so that it uses only
    /// what live streams leave.
    /// </summary>
    public void SetDeadline(StepPlan plan, long dueSince)
    {
        DueSince = dueSince;
        if (plan.Kind is StepKind.Look or StepKind.Close || Flush is not null)
        {
            Deadline = FlushDeadline(dueSince);
            LateFrom = dueSince;
            Spare = false;
            return;
        }

        var audioEnd = (Processed + plan.ChunkFrames) * _engine.Layout.SecondsPerEncoderFrame;
        var pace = _paceAnchor + _engine.Ticks(audioEnd / PaceFactor);
        if (pace < dueSince)
        {
            _paceAnchor += dueSince - pace;
            pace = dueSince;
        }

        var slack = _engine.Ticks(plan.ChunkFrames * _engine.Layout.SecondsPerEncoderFrame * SlackFactor);
        var start = pace - _engine.Ticks(BurstSeconds);
        Spare = start > dueSince;
        LateFrom = Deadline = Math.Max(dueSince, start) + slack;
    }

    /// <summary>The deadline of a flush that was asked for at <paramref name="requestedAt"/>.</summary>
    public long FlushDeadline(long requestedAt) => requestedAt - _engine.Ticks(FlushLeadSeconds);
}
