using System.Collections.Concurrent;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// One thread that writes the packets of many sessions at their times. It wakes at most every <see cref="Quantum"/> and writes what has come due. A packet written after its time is counted with how late it was,
/// and the packets after it keep their own times, so that a slow driver shows in the report and never slows the load down.
/// </summary>
internal sealed class LoadDriver : IDisposable
{
    /// <summary>The name that all drivers' threads begin with.</summary>
    public const string ThreadName = "load-driver";

    /// <summary>The shortest sleep: finer ones cost more than they add to the evenness of the load.</summary>
    public static readonly TimeSpan Quantum = TimeSpan.FromMilliseconds(4);

    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _clock;
    private readonly PriorityQueue<IPaced, long> _queue = new();
    private readonly ConcurrentQueue<IPaced> _added = new();
    private readonly ManualResetEventSlim _stop = new(initialState: false, spinCount: 0);
    private long _writeTicks;
    private long _packets;
    private Thread? _thread;

    public LoadDriver(TimeProvider clock) => _clock = clock;

    /// <summary>From a packet's time to its writing.</summary>
    public LogHistogram Lateness { get; } = new();

    /// <summary>Clock ticks inside <see cref="IPaced.Write"/>.</summary>
    public long WriteTicks => Interlocked.Read(ref _writeTicks);

    public long Packets => Interlocked.Read(ref _packets);

    public void Start(int number)
    {
        _thread = new Thread(Run) { Name = $"{ThreadName}-{number}", IsBackground = true };
        _thread.Start();
    }

    public void Add(IPaced paced) => _added.Enqueue(paced);

    /// <summary>Writes everything that is due; returns how long nothing will be.</summary>
    public TimeSpan WriteDue()
    {
        while (_added.TryDequeue(out var added)) _queue.Enqueue(added, added.Due);
        var start = _clock.GetTimestamp();
        var now = start;
        long writeTicks = 0;
        long packets = 0;
        while (_queue.TryPeek(out var paced, out var due) && due <= start)
        {
            Lateness.Record(_clock.GetElapsedTime(due, now));
            var goesOn = paced.Write();
            var after = _clock.GetTimestamp();
            writeTicks += after - now;
            packets++;
            now = after;
            if (goesOn) _queue.DequeueEnqueue(paced, paced.Due);
            else _queue.Dequeue();
        }

        Interlocked.Add(ref _writeTicks, writeTicks);
        Interlocked.Add(ref _packets, packets);
        return _queue.TryPeek(out _, out var next) ? _clock.GetElapsedTime(now, Math.Max(now, next)) : TimeSpan.MaxValue;
    }

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        var sleep = Quantum;
        while (!_stop.Wait(sleep))
        {
            var free = WriteDue();
            sleep = free < Quantum ? Quantum : free > LongestSleep ? LongestSleep : free;
        }
    }
}
