using System.Runtime.InteropServices;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// What the voice activity model keeps of one stream: its state, how far it has heard, and what. Hears exactly the audio that the encoder hears, chunk by chunk, so that both speak of the same samples at the same time.
/// Belongs to the worker that runs the stream; the audio is read under the stream's lock.
/// </summary>
internal sealed class VoiceActivityStream
{
    private readonly SessionEngine _engine;
    private readonly VoiceActivityLayout _layout;
    private readonly VoiceActivityDetector _detector;
    private readonly float[] _state;
    private readonly float[] _context;
    private readonly List<SpeechEvent> _events = [];

    public VoiceActivityStream(SessionEngine engine, SessionOptions sessionOptions)
    {
        var options = sessionOptions.VoiceActivity!;
        _engine = engine;
        _layout = engine.VoiceActivityModel!.Layout;
        _detector = new VoiceActivityDetector(options, _layout.SampleRate, _layout.WindowSamples);
        Evidence = new SpeechEvidence(Track, options, engine.Layout, _layout);
        Rescue = options.RescueAfter == Timeout.InfiniteTimeSpan ? null : new BlankSpanRescue(engine, sessionOptions, Track, Evidence);
        _state = new float[_layout.StateFloats];
        _context = new float[_layout.ContextSamples];
    }

    /// <summary>The sample after the last window that was heard for good, counted without dropped audio as the encoder's frames are.</summary>
    public long NextSample { get; private set; }

    /// <summary>What was heard of the last minute, in audio time.</summary>
    public SpeechTrack Track { get; } = new();

    /// <summary>What it says to the transcript.</summary>
    public SpeechEvidence Evidence { get; }

    /// <summary>Decodes speech that gave no words again; null where the session does not want it.</summary>
    public BlankSpanRescue? Rescue { get; }

    /// <summary>Why the model failed for this stream; it then ends with this.</summary>
    public Exception? Failure { get; set; }

    /// <summary>
    /// Copies the context and the samples of the windows that lie within a step of <paramref name="chunk"/> encoder frames, and readies the model's row. A window that the audio's end, or a look's, cuts short is filled up with silence.
    /// Returns the number of windows.
    /// </summary>
    public int Fill(SessionStream stream, StepKind kind, int chunk, Span<float> samples)
    {
        var perFrame = _engine.Layout.SamplesPerEncoderFrame;
        var window = _layout.WindowSamples;
        _context.CopyTo(samples);
        samples = samples[_layout.ContextSamples..];
        lock (stream.Gate)
        {
            var audio = stream.Intake.Unheard!;
            var end = (stream.Processed + chunk) * perFrame;
            var last = kind == StepKind.Look || (stream.Completed && stream.Processed + chunk >= _engine.EncoderFramesOf(stream.Mel.Written));
            if (kind == StepKind.Look) end = Math.Min(end, stream.FlushEnd(stream.Flush!) * perFrame);
            var available = Math.Max(0, Math.Min(end, audio.Written) - NextSample);
            var windows = (int)(last ? (available + window - 1) / window : available / window);
            var held = (int)Math.Min(available, (long)windows * window);
            audio.Read(NextSample, samples[..held]);
            samples[held..(windows * window)].Clear();
            return windows;
        }
    }

    public void LoadState(IVoiceActivityStep step, int row) => step.LoadState(row, _state);

    /// <summary>Takes what the model heard in a step's windows.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="kind">A look leaves the model's state as it was: its windows are heard again when the chunk is whole.</param>
    /// <param name="probabilities">Of speech, window by window.</param>
    /// <param name="samples">What <see cref="Fill"/> wrote.</param>
    public void Take(SessionStream stream, StepKind kind, ReadOnlySpan<float> probabilities, ReadOnlySpan<float> samples)
    {
        var offset = stream.TimeOffsetFrames * _engine.Layout.SamplesPerEncoderFrame;
        for (var i = 0; i < probabilities.Length; i++)
        {
            var start = NextSample + offset + ((long)i * _layout.WindowSamples);
            Track.Set(start / _layout.WindowSamples, probabilities[i]);
            if (kind == StepKind.Chunk) _detector.Add(start, probabilities[i], _events);
        }

        if (kind != StepKind.Chunk || probabilities.IsEmpty) return;
        var heard = probabilities.Length * _layout.WindowSamples;
        samples.Slice(heard, _layout.ContextSamples).CopyTo(_context);
        NextSample += heard;
        lock (stream.Gate) stream.Intake.Unheard!.DiscardBefore(Rescue is null ? NextSample : Math.Min(NextSample, Rescue.NeededSample - offset));
    }

    public void SaveState(IVoiceActivityStep step, int row) => step.SaveState(row, _state);

    /// <summary>Moves what was heard to the stream's events; with <paramref name="ended"/> all audio is heard.</summary>
    /// <exception cref="Exception">The model failed for this stream.</exception>
    public void Tell(SessionStream stream, bool ended, List<SpeechEvent> events)
    {
        if (Failure is not null) throw Failure;
        if (ended)
        {
            long end;
            lock (stream.Gate) end = stream.Intake.Unheard!.Written;
            _detector.Finish(end + (stream.TimeOffsetFrames * _engine.Layout.SamplesPerEncoderFrame), _events);
        }

        events.AddRange(_events);
        _events.Clear();
    }

    /// <summary>Whether a restored stream's audio begins where the model goes on, so that its steps cannot fail.</summary>
    public bool FitsAudio(SessionStream stream) =>
        stream.Intake.Unheard is { } audio && audio.Start <= NextSample && NextSample <= Math.Max(stream.Processed, 0) * _engine.Layout.SamplesPerEncoderFrame && audio.Written >= audio.Start;

    public void Save(BinaryWriter writer)
    {
        writer.Write(NextSample);
        writer.Write(MemoryMarshal.AsBytes(_state.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(_context.AsSpan()));
        _detector.Save(writer);
        Track.Save(writer);
        Rescue?.Save(writer);
    }

    public void Load(BinaryReader reader)
    {
        NextSample = reader.ReadInt64();
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(_state.AsSpan()));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(_context.AsSpan()));
        _detector.Load(reader);
        Track.Load(reader);
        Rescue?.Load(reader);
    }
}
