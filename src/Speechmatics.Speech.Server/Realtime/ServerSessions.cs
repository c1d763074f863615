using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Speechmatics.Speech.Hosting;
using Speechmatics.Speech.Server.Access;
using Speechmatics.Speech.Server.Protocol;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>The recognitions that run over WebSockets, and the quotas on them. Thread-safe.</summary>
internal sealed class ServerSessions(SpeechEngine engine, IOptions<SpeechServerOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _perCaller = [];
    private readonly ConcurrentDictionary<string, string?> _sessions = [];
    private int _connections;

    /// <summary>The most that may run at once.</summary>
    public int Max => Math.Min(options.Value.MaxSessions ?? int.MaxValue, engine.Pool.GetStatus().MaxSessions);

    public int Count => _sessions.Count;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The sessions with the request id that their callers sent.</summary>
    public IEnumerable<KeyValuePair<string, string?>> All => _sessions;

    public bool TryConnect()
    {
        if (Interlocked.Increment(ref _connections) <= options.Value.MaxConnections) return true;
        Interlocked.Decrement(ref _connections);
        return false;
    }

    public void Disconnect() => Interlocked.Decrement(ref _connections);

    /// <exception cref="ProtocolException">A quota is used up, or the server is about to end.</exception>
    public void Begin(string id, string? requestId, Caller caller)
    {
        if (engine.IsDraining) throw new ProtocolException(ErrorType.Job, "The server is about to stop and takes no new sessions. Connect again in 5 to 10 s.");
        lock (_gate)
        {
            var own = _perCaller.GetValueOrDefault(caller.Name);
            if (_sessions.Count >= Max || own >= caller.MaxSessions) throw new ProtocolException(ErrorType.QuotaExceeded, "Concurrent Quota Exceeded");
            _perCaller[caller.Name] = own + 1;
            _sessions[id] = requestId;
        }
    }

    public void End(string id, Caller caller)
    {
        lock (_gate)
        {
            _sessions.TryRemove(id, out _);
            if (_perCaller.GetValueOrDefault(caller.Name) is > 1 and var own) _perCaller[caller.Name] = own - 1;
            else _perCaller.Remove(caller.Name);
        }
    }
}
