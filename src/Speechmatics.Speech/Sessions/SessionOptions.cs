using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// How one session listens. Mutable until it is given to <see cref="SessionPool.OpenAsync"/>, which validates it and keeps a copy: later changes have no effect.
/// </summary>
public sealed class SessionOptions
{
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

    /// <summary>Silence after a word that ends the utterance.</summary>
    /// <value>Default 0.6 s; rounded up to whole encoder frames; <see cref="Timeout.InfiniteTimeSpan"/> switches it off.</value>
    public TimeSpan EndpointSilence { get; set; } = TimeSpan.FromSeconds(0.6);

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

    internal SessionOptions Clone() => (SessionOptions)MemberwiseClone();

    /// <summary>Throws for the first setting that is out of range or that the model does not have.</summary>
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
        ValidateChunk(model.Layout, Chunk, nameof(Chunk));
        ValidateChunk(model.Layout, SmallestChunk, nameof(SmallestChunk));
        ValidateDuration(EndpointSilence, TimeSpan.FromMilliseconds(1), nameof(EndpointSilence));
        ValidateDuration(MaxUtterance, TimeSpan.FromSeconds(1), nameof(MaxUtterance));
        ValidateDuration(MaxDelay, TimeSpan.FromSeconds(0.5), nameof(MaxDelay));
        if (BufferDuration < TimeSpan.FromSeconds(2) || BufferDuration > TimeSpan.FromMinutes(10))
            throw new ArgumentOutOfRangeException(nameof(BufferDuration), BufferDuration, "The buffer holds 2 s to 10 min.");
    }

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
