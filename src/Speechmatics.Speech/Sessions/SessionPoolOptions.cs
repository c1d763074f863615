using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>How a pool works. Mutable until it is given to a <see cref="SessionPool"/>, which validates it and keeps a copy.</summary>
public sealed class SessionPoolOptions
{
    /// <summary>How many sessions may be open at once.</summary>
    /// <value>At least 1; null (default) takes the capacity that the pool measures as it starts: sessions of unbroken speech at real time.</value>
    public int? MaxSessions { get; set; }

    /// <summary>How long <see cref="SessionPool.OpenAsync"/> waits for a place when the pool is full before it throws <see cref="SessionLimitException"/>.</summary>
    /// <value>Default zero: at once. <see cref="Timeout.InfiniteTimeSpan"/> waits until cancelled.</value>
    public TimeSpan AdmissionTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>Threads that run the model; each runs one step at a time with one thread of ONNX Runtime: itself. The pool has no other threads.</summary>
    /// <value>1 to 1024; null (default) is the number of processors.</value>
    public int? Workers { get; set; }

    /// <summary>The largest number of sessions in one step.</summary>
    /// <value>1 to 256; null (default) is what measured best: about 64 encoder frames a step, so 32 sessions at the smallest chunk and 4 at the largest.</value>
    public int? MaxBatch { get; set; }

    /// <summary>The model with which sessions hear where somebody speaks (<see cref="SessionOptions.VoiceActivity"/>). It must outlive the pool, which does not dispose it.</summary>
    /// <value>Null (default) for none: then it costs nothing.</value>
    public VoiceActivityModel? VoiceActivityModel { get; set; }

    /// <summary>For measuring only: gathers the state of every step's sessions in free neighbouring slots first, even where it lies together.</summary>
    internal bool AlwaysGather { get; set; }

    internal SessionPoolOptions Clone() => (SessionPoolOptions)MemberwiseClone();

    internal void Validate()
    {
        if (MaxSessions is < 1) throw new ArgumentOutOfRangeException(nameof(MaxSessions), MaxSessions, "A pool has room for at least one session.");
        if (Workers is < 1 or > 1024) throw new ArgumentOutOfRangeException(nameof(Workers), Workers, "1 to 1024 workers.");
        if (MaxBatch is < 1 or > 256) throw new ArgumentOutOfRangeException(nameof(MaxBatch), MaxBatch, "1 to 256 sessions a step.");
        if (AdmissionTimeout < TimeSpan.Zero && AdmissionTimeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(AdmissionTimeout), AdmissionTimeout, "Zero or more, or Timeout.InfiniteTimeSpan.");
    }
}
