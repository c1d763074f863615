using System.Collections.Concurrent;
using System.Diagnostics;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Models.English;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.PeerLoad;

/// <summary>This library, through its public interface: one pool, one reader for each session. The time of a chunk's result is that of its partial or final.</summary>
internal sealed class SpeechmaticsPeer : ILivePeer
{
    private readonly SpeechModel _model;
    private readonly SessionPool _pool;
    private readonly SessionOptions _options;
    private readonly ConcurrentQueue<double> _lags = new();
    private readonly ConcurrentDictionary<int, string> _failures = new();
    private (SpeechSession Session, ConcurrentQueue<(long Samples, long Spoken)> Packets)[] _sessions = [];
    private long[] _written = [];
    private Task[] _readers = [];
    private long _words;

    private SpeechmaticsPeer(SpeechModel model, int threads, TransducerHead head, int chunkMilliseconds)
    {
        _model = model;
        _pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = int.MaxValue, Workers = threads });
        _options = new SessionOptions { Head = head, Chunk = TimeSpan.FromMilliseconds(chunkMilliseconds) };
    }

    public static async Task<SpeechmaticsPeer> CreateAsync(int threads, TransducerHead head, int chunkMilliseconds) =>
        new(await SpeechModel.LoadAsync(EnglishModel.Path), threads, head, chunkMilliseconds);

    public async Task SetStreamsAsync(int count)
    {
        await CloseAsync();
        _sessions = new (SpeechSession, ConcurrentQueue<(long, long)>)[count];
        _written = new long[count];
        for (var i = 0; i < count; i++) _sessions[i] = (await _pool.OpenAsync(_options), new());
        _readers = [.. _sessions.Select(session => ReadAsync(session.Session, session.Packets))];
    }

    public void Write(int stream, float[] samples, long spoken)
    {
        var (session, packets) = _sessions[stream];
        packets.Enqueue((_written[stream] += samples.Length, spoken));
        if (!session.TryWrite(samples)) _failures[stream] = "behind by the whole buffer";
    }

    public double[] TakeLags()
    {
        var lags = new List<double>();
        while (_lags.TryDequeue(out var lag)) lags.Add(lag);

        // a stream that refused audio is later than any limit
        lags.AddRange(_failures.Select(_ => double.PositiveInfinity));
        return [.. lags];
    }

    public long TakeWords() => Interlocked.Exchange(ref _words, 0);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _pool.DisposeAsync();
        await _model.DisposeAsync();
    }

    private async Task ReadAsync(SpeechSession session, ConcurrentQueue<(long Samples, long Spoken)> packets)
    {
        try
        {
            await foreach (var speechEvent in session.ReadEventsAsync())
            {
                if (speechEvent is FinalTranscript final) Interlocked.Add(ref _words, final.Words.Length);
                if (speechEvent is not (PartialTranscript or FinalTranscript)) continue;

                // the chunks that this event tells of end where recognition stands: one mel frame of look-ahead and a half window later their last sample was spoken
                var needed = (long)(session.AudioRecognized.TotalSeconds * 16000) + 360;
                var spoken = 0L;
                while (packets.TryPeek(out var packet))
                {
                    spoken = packet.Spoken;
                    if (packet.Samples >= needed) break;
                    packets.TryDequeue(out _);
                }

                if (spoken > 0) _lags.Enqueue(Stopwatch.GetElapsedTime(spoken).TotalMilliseconds);
            }
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private async Task CloseAsync()
    {
        foreach (var (session, _) in _sessions) await session.DisposeAsync();
        await Task.WhenAll(_readers);
        _failures.Clear();
    }
}
