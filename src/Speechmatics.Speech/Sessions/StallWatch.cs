namespace Speechmatics.Speech.Sessions;

/// <summary>
/// Looks now and then for elastic streams that wait for audio which does not come: under load they had been given larger chunks, then their client paused without a flush. What they hold is recognised in smaller chunks, so that
/// no words stay behind until the client speaks again.
/// </summary>
internal sealed class StallWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks after a load: a stream that a worker has in its hands at one of them is seen at the next.</summary>
    private const int LooksAfterLoad = 5;

    private readonly StepScheduler _scheduler;
    private readonly TimeProvider _clock;
    private readonly Action<List<SessionStream>> _listStreams;
    private readonly List<SessionStream> _streams = [];
    private readonly ITimer _timer;
    private int _looking;
    private int _looksLeft;

    /// <param name="scheduler">Steps the streams.</param>
    /// <param name="clock">The pool's clock.</param>
    /// <param name="listStreams">Adds the open streams to a list.</param>
    public StallWatch(StepScheduler scheduler, TimeProvider clock, Action<List<SessionStream>> listStreams)
    {
        (_scheduler, _clock, _listStreams) = (scheduler, clock, listStreams);
        _timer = clock.CreateTimer(static watch => ((StallWatch)watch!).Look(), this, Period, Period);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        // at the smallest chunk nothing can stall; the looks after a load take what waited when it ended
        _looksLeft = _scheduler.Controller.Level > 0 ? LooksAfterLoad : Math.Max(-1, _looksLeft - 1);
        if (_looksLeft < 0 || Interlocked.Exchange(ref _looking, 1) != 0) return;
        try
        {
            _listStreams(_streams);
            foreach (var stream in _streams)
                if (stream.FindStalled(_scheduler.Controller, _clock.GetTimestamp())) _scheduler.Notify(stream);
        }
        finally
        {
            _streams.Clear();
            Volatile.Write(ref _looking, 0);
        }
    }
}
