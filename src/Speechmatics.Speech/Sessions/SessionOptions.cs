using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Decoding.Fusion;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// How one session listens. Mutable until it is given to <see cref="SessionPool.OpenAsync"/>, which validates it and keeps a copy: later changes have no effect.
/// </summary>
public sealed class SessionOptions
{
    private static readonly TimeSpan LongestDecision = TimeSpan.FromSeconds(2);

    /// <summary>Samples a second of the audio that will be written.</summary>
    /// <value>4000 to 192000; default 16000. Other rates than the model's are resampled.</value>
    public int SampleRate { get; set; } = 16000;

    /// <summary>How much work goes into finals.</summary>
    /// <value>Default <see cref="OperatingPoint.Standard"/>; <see cref="OperatingPoint.Enhanced"/> needs a pool with a second model.</value>
    public OperatingPoint OperatingPoint { get; set; } = OperatingPoint.Standard;

    /// <summary>How bytes given to <see cref="SpeechSession.TryWrite(ReadOnlySpan{byte})"/> are read; writes of floats and shorts do not look at it.</summary>
    /// <value>Default <see cref="AudioEncoding.Pcm16"/>.</value>
    public AudioEncoding Encoding { get; set; } = AudioEncoding.Pcm16;

    /// <summary>Which joiner decodes.</summary>
    /// <value>Default <see cref="TransducerHead.Tdt"/>.</value>
    public TransducerHead Head { get; set; } = TransducerHead.Tdt;

    /// <summary>
    /// Pins the length of audio that the model takes at a time: latency is fixed and results are reproducible to the bit. Null lets the pool choose by load (elastic latency), from
    /// <see cref="SmallestChunk"/> upwards.
    /// </summary>
    /// <value>One of <see cref="SpeechModel.ChunkDurations"/>, or null (default).</value>
    public TimeSpan? Chunk { get; set; }

    /// <summary>The smallest chunk that an elastic session uses. Small chunks answer sooner, err more and cost more: the model's card has the figures.</summary>
    /// <value>One of <see cref="SpeechModel.ChunkDurations"/>; null (default) is the smallest of them.</value>
    public TimeSpan? SmallestChunk { get; set; }

    /// <summary>Whether <see cref="PartialTranscript"/> events are made.</summary>
    /// <value>Default true.</value>
    public bool Partials { get; set; } = true;

    /// <summary>
    /// Enhanced sessions: whether capacity that would lie idle reads the unfinished utterance about once a second of speech, so that partials gain stable words (<see cref="PartialTranscript.StableWords"/>). The first
    /// thing a busy pool stops.
    /// </summary>
    /// <value>Default true.</value>
    public bool RefinePartials { get; set; } = true;

    /// <summary>Silence after a word that ends the utterance.</summary>
    /// <value>Default 0.6 s; rounded up to whole encoder frames; <see cref="Timeout.InfiniteTimeSpan"/> switches it off.</value>
    public TimeSpan EndpointSilence { get; set; } = TimeSpan.FromSeconds(0.6);

    /// <summary>
    /// Silence that ends the utterance where its words make a whole sentence, as the language model judges (<see cref="SentenceEndProbability"/>). In sessions with <see cref="VoiceActivity"/> the silence that the voice activity model
    /// hears, else that after a word. The session's <see cref="LanguageModel"/> judges, or where it has none the one that comes with the acoustic model.
    /// </summary>
    /// <value>Less than <see cref="EndpointSilence"/> to have an effect; <see cref="Timeout.InfiniteTimeSpan"/> (default) switches it off.</value>
    public TimeSpan SentenceEndSilence { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>The probability, by the language model, that the sentence ends here, from which on <see cref="SentenceEndSilence"/> is enough.</summary>
    /// <value>More than 0, at most 1; default 0.1.</value>
    public float SentenceEndProbability { get; set; } = 0.1f;

    /// <summary>The greatest length of an utterance; it is then ended before the next word.</summary>
    /// <value>
    /// At least 1 s; default 30 s; <see cref="Timeout.InfiniteTimeSpan"/> switches it off. Enhanced sessions take at most 30 s, since they keep an utterance's audio.
    /// </value>
    public TimeSpan MaxUtterance { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest audio time from the end of a word to its final: words become final by then even if the utterance goes on. In enhanced sessions, whose finals are whole utterances, the longest wall time from
    /// the end of the utterance: by then the first pass's words go out.
    /// </summary>
    /// <value>At least 0.5 s; default 4 s; <see cref="Timeout.InfiniteTimeSpan"/> makes words final at the end of the utterance only.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>How much audio may wait to be recognised.</summary>
    /// <value>2 s to 10 min; default 10 s. Memory is taken only as audio waits: 32 kB a second for 80 mel bins.</value>
    public TimeSpan BufferDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What happens to audio that comes when the buffer is full.</summary>
    /// <value>Default <see cref="OverrunPolicy.Wait"/>.</value>
    public OverrunPolicy Overrun { get; set; } = OverrunPolicy.Wait;

    /// <summary>Hypotheses that the decoder follows side by side: more find likelier words and cost more.</summary>
    /// <value>1 (greedy, the default) to 16.</value>
    public int BeamSize { get; set; } = 1;

    /// <summary>
    /// Enhanced sessions: texts that the second pass follows side by side. More find likelier words; the cost of a reading grows with them, though by less than as many times.
    /// </summary>
    /// <value>1 (greedy, the default) to 8.</value>
    public int SecondPassBeamSize { get; set; } = 1;

    /// <summary>A language model that helps to choose between words that sound alike; share one among sessions.</summary>
    /// <value>
    /// Null (default): beams use the one that comes with the acoustic model, greedy decoding none; with a <see cref="LanguageModelWeight"/> of 0 there is none either. Else one built for the acoustic
    /// model's word pieces.
    /// </value>
    public LanguageModel? LanguageModel { get; set; }

    /// <summary>How much <see cref="LanguageModel"/> counts beside what is heard.</summary>
    /// <value>0 to 2; default 0.4, the best for the English model on its tuning clips. A model of the very domain bears more, one of other text less.</value>
    public float LanguageModelWeight { get; set; } = 0.4f;

    /// <summary>Names and terms to expect, shown as the vocabulary writes them; share one among sessions.</summary>
    /// <value>Null (default) for none.</value>
    public CustomVocabulary? CustomVocabulary { get; set; }

    /// <summary>What <see cref="RecognizedWord.Confidence"/> says.</summary>
    /// <value>Default <see cref="ConfidenceMeasure.Probability"/>.</value>
    public ConfidenceMeasure Confidence { get; set; } = ConfidenceMeasure.Probability;

    /// <summary>How the words of finals are written.</summary>
    /// <value>Default <see cref="TextFormatting.None"/>: as the model writes them. The rules are English. The second pass's punctuation and capitals stay.</value>
    public TextFormatting Formatting { get; set; } = TextFormatting.None;

    /// <summary>
    /// Whether fillers ("um") and slips ("the the") are left out of finals. Nothing is lost: <see cref="EndOfUtterance.RemovedWords"/> has them. Partials show all words. The rules are English.
    /// </summary>
    /// <value>Default false.</value>
    public bool RemoveDisfluencies { get; set; }

    /// <summary>
    /// Whether finals show only the first letter of swear words ("s***"); <see cref="RecognizedWord.SpokenForm"/> keeps the word and <see cref="RecognizedWord.Tags"/> says so. Partials show all words. The list is English.
    /// </summary>
    /// <value>Default false.</value>
    public bool MaskProfanity { get; set; }

    /// <summary>Whether and how the session hears where somebody speaks: <see cref="SpeechStarted"/> and <see cref="SpeechEnded"/> events, ends of utterances, and no words where nobody speaks.</summary>
    /// <value>Null (default): not at all, at no cost. Else the pool needs a <see cref="SessionPoolOptions.VoiceActivityModel"/>.</value>
    public VoiceActivityOptions? VoiceActivity { get; set; }

    internal SessionOptions Clone()
    {
        var clone = (SessionOptions)MemberwiseClone();
        clone.VoiceActivity = VoiceActivity?.Clone();
        return clone;
    }

    /// <summary>Throws for the first setting that is out of range or that the model does not have; fills in the package's language model.</summary>
    internal void Validate(SessionEngine engine)
    {
        var model = engine.Model;
        if (!Enum.IsDefined(OperatingPoint)) throw new ArgumentOutOfRangeException(nameof(OperatingPoint), OperatingPoint, "Unknown operating point.");
        if (OperatingPoint == OperatingPoint.Enhanced && engine.EnhancedModel is null)
            throw new ArgumentOutOfRangeException(nameof(OperatingPoint), OperatingPoint, "The pool has no model for the second pass: create it with an EnhancedSpeechModel.");
        if (SampleRate is < 4000 or > 192000)
            throw new ArgumentOutOfRangeException(nameof(SampleRate), SampleRate, "A session's sample rate is 4000 to 192000 samples a second.");
        if (!Enum.IsDefined(Encoding)) throw new ArgumentOutOfRangeException(nameof(Encoding), Encoding, "Unknown encoding.");
        if (!Enum.IsDefined(Overrun)) throw new ArgumentOutOfRangeException(nameof(Overrun), Overrun, "Unknown overrun policy.");
        if (!model.HasHead(Head)) throw new ArgumentOutOfRangeException(nameof(Head), Head, "The model package has no such head.");
        if (BeamSize is < 1 or > 16) throw new ArgumentOutOfRangeException(nameof(BeamSize), BeamSize, "A beam has 1 to 16 hypotheses.");
        if (SecondPassBeamSize is < 1 or > SecondPassQueue.MaxBatch)
            throw new ArgumentOutOfRangeException(nameof(SecondPassBeamSize), SecondPassBeamSize, $"The second pass follows 1 to {SecondPassQueue.MaxBatch} texts.");
        if (LanguageModelWeight is not (>= 0 and <= 2)) throw new ArgumentOutOfRangeException(nameof(LanguageModelWeight), LanguageModelWeight, "A language model's weight is 0 to 2.");
        if (!Enum.IsDefined(Formatting)) throw new ArgumentOutOfRangeException(nameof(Formatting), Formatting, "Unknown formatting.");
        if (!Enum.IsDefined(Confidence)) throw new ArgumentOutOfRangeException(nameof(Confidence), Confidence, "Unknown confidence measure.");
        if (BeamSize > 1 && LanguageModelWeight > 0) LanguageModel ??= engine.PackageLanguageModel;
        LanguageModel?.RequirePieces(model.Vocabulary.Pieces, "the acoustic model");
        CustomVocabulary?.Compile(engine.PieceEncoder, greedy: BeamSize == 1);
        if (VoiceActivity is not null && engine.VoiceActivityModel is null)
            throw new ArgumentOutOfRangeException(nameof(VoiceActivity), "The pool has no voice activity model: give one in SessionPoolOptions.VoiceActivityModel.");
        VoiceActivity?.Validate();
        CompileSecondPassPhrases(engine);
        ValidateChunk(model.Layout, Chunk, nameof(Chunk));
        ValidateChunk(model.Layout, SmallestChunk, nameof(SmallestChunk));
        ValidateChangeable();
        ValidateDuration(SentenceEndSilence, TimeSpan.FromMilliseconds(1), nameof(SentenceEndSilence));
        if (!(SentenceEndProbability > 0 && SentenceEndProbability <= 1))
            throw new ArgumentOutOfRangeException(nameof(SentenceEndProbability), SentenceEndProbability, "More than 0, at most 1.");
        if (SentenceEndSilence != Timeout.InfiniteTimeSpan && LanguageModel is null && engine.PackageLanguageModel is null)
            throw new ArgumentOutOfRangeException(nameof(SentenceEndSilence), SentenceEndSilence, "Whether a sentence is over is the language model's judgement: set LanguageModel, or take a model package that has one.");
        ValidateDuration(MaxUtterance, TimeSpan.FromSeconds(1), nameof(MaxUtterance));
        if (BufferDuration < TimeSpan.FromSeconds(2) || BufferDuration > TimeSpan.FromMinutes(10))
            throw new ArgumentOutOfRangeException(nameof(BufferDuration), BufferDuration, "The buffer holds 2 s to 10 min.");
    }

    /// <summary>As <see cref="Validate"/>, for what a session may change while it runs.</summary>
    internal void ValidateChangeable()
    {
        ValidateDuration(EndpointSilence, TimeSpan.FromMilliseconds(1), nameof(EndpointSilence));
        ValidateDuration(MaxDelay, TimeSpan.FromSeconds(0.5), nameof(MaxDelay));
    }

    /// <summary>The decoder's part of the options, which <see cref="Validate"/> has passed.</summary>
    internal DecoderSettings CreateDecoderSettings(SessionEngine engine)
    {
        // half of the greatest delay is left for words to become whole
        var decision = MaxDelay == Timeout.InfiniteTimeSpan ? LongestDecision : TimeSpan.FromTicks(Math.Min(LongestDecision.Ticks, MaxDelay.Ticks / 2));
        return new DecoderSettings
        {
            Fusion = LanguageModel is null && CustomVocabulary is null
                ? null
                : new ShallowFusion(LanguageModel?.Model, LanguageModelWeight, CustomVocabulary?.Compile(engine.PieceEncoder, greedy: BeamSize == 1)),
            BeamSize = BeamSize,
            PauseFrames = FramesOf(engine.Layout, EndpointSilence),
            DecisionFrames = Math.Max(1, (int)(decision.TotalSeconds / engine.Layout.SecondsPerEncoderFrame)),
            Confidence = Confidence,
        };
    }

    /// <summary>The custom vocabulary in the second pass's tokens; null in standard sessions.</summary>
    internal PhraseAutomaton? CompileSecondPassPhrases(SessionEngine engine) => OperatingPoint == OperatingPoint.Enhanced ? CustomVocabulary?.Compile(engine.TokenEncoder!) : null;

    internal WordDisplay CreateWordDisplay(SessionEngine engine) => new(CustomVocabulary, CustomVocabulary is null ? null : engine.PieceEncoder, Formatting, RemoveDisfluencies, MaskProfanity);

    /// <summary>A duration in encoder frames, rounded up.</summary>
    internal static long FramesOf(EncoderLayout layout, TimeSpan duration) =>
        duration == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)Math.Ceiling((duration.TotalSeconds / layout.SecondsPerEncoderFrame) - 1e-6);

    /// <summary>The chunk of this duration in encoder frames, or null where the model has none.</summary>
    internal static int? ChunkFrames(EncoderLayout layout, TimeSpan chunk)
    {
        foreach (var frames in layout.ChunkFrames)
            if (TimeSpan.FromSeconds(frames * layout.SecondsPerEncoderFrame) == chunk) return frames;
        return null;
    }

    private static void ValidateChunk(EncoderLayout layout, TimeSpan? chunk, string name)
    {
        if (chunk is not { } duration || ChunkFrames(layout, duration) is not null) return;
        var sizes = string.Join(", ", layout.ChunkFrames.Select(frames => $"{frames * layout.SecondsPerEncoderFrame * 1000:0}"));
        throw new ArgumentOutOfRangeException(name, chunk, $"The model runs chunks of {sizes} ms.");
    }

    private static void ValidateDuration(TimeSpan value, TimeSpan least, string name)
    {
        if (value != Timeout.InfiniteTimeSpan && value < least)
            throw new ArgumentOutOfRangeException(name, value, $"At least {least.TotalSeconds} s, or Timeout.InfiniteTimeSpan for none.");
    }
}
