using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Hosting;

/// <summary>Tells whether the pool makes progress: it is dead when sessions wait for a step and none has ended for <see cref="Patience"/>. Thread-safe; judged between two questions.</summary>
public sealed class SpeechLiveness
{
    /// <summary>How long sessions may wait without any step ending: 10 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SpeechEngine _engine;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private long _steps = -1;
    private long _since;

    /// <summary>Watches an engine.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="clock">Measures the patience.</param>
    public SpeechLiveness(SpeechEngine engine, TimeProvider clock) => (_engine, _clock) = (engine, clock);

    /// <summary>Whether the pool makes progress or has nothing to do. True before the start.</summary>
    public bool IsLive => !_engine.IsStarted || Judge(_engine.Pool.GetStatus());

    internal bool Judge(SessionPoolStatus status)
    {
        var now = _clock.GetTimestamp();
        lock (_gate)
        {
            if (status.Steps != _steps || status.QueuedSessions == 0) (_steps, _since) = (status.Steps, now);
            return _clock.GetElapsedTime(_since, now) < Patience;
        }
    }
}
