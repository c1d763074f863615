using System.Collections.Concurrent;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>What all sessions of a run have seen so far. Thread-safe.</summary>
internal sealed class LoadTally
{
    private readonly Lock _lock = new();
    private ErrorCounts _errors;
    private long _clips;
    private long _notices;
    private long _refusedPackets;
    private long _refused;
    private long _partials;
    private long _stablePartials;

    /// <summary>From the arrival of the last sample needed to the reader's having the partial.</summary>
    public LogHistogram PartialLag { get; } = new();

    /// <summary>The same for finals.</summary>
    public LogHistogram FinalLag { get; } = new();

    /// <summary>How long opening a session took.</summary>
    public LogHistogram Opening { get; } = new();

    /// <summary>Why sessions failed.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Partials, and those of them with stable words.</summary>
    public long Partials => Interlocked.Read(ref _partials);

    public long StablePartials => Interlocked.Read(ref _stablePartials);

    public long Clips => Interlocked.Read(ref _clips);

    /// <summary>Notices that a session's latency was degraded or restored.</summary>
    public long LatencyNotices => Interlocked.Read(ref _notices);

    /// <summary>Packets that a session did not take.</summary>
    public long RefusedPackets => Interlocked.Read(ref _refusedPackets);

    /// <summary>Word errors of the clips scored so far.</summary>
    public ErrorCounts Errors
    {
        get
        {
            lock (_lock) return _errors;
        }
    }

    public void AddScore(ErrorCounts counts, int clips)
    {
        lock (_lock) _errors += counts;
        Interlocked.Add(ref _clips, clips);
    }

    public void AddPartial(PartialTranscript partial, TimeSpan lag)
    {
        PartialLag.Record(lag);
        Interlocked.Increment(ref _partials);
        if (partial.StableWords > 0) Interlocked.Increment(ref _stablePartials);
    }

    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void CountLatencyNotice() => Interlocked.Increment(ref _notices);

    public void CountRefusedPacket() => Interlocked.Increment(ref _refusedPackets);
}
