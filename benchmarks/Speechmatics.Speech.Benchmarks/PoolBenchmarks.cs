using BenchmarkDotNet.Attributes;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// What a caller of a warm pool waits for: opening and closing a session, asking for the status, saving and restoring a session. Capacity, lag and the engine's share need live load:
/// <c>speech load</c> measures those.
/// </summary>
[MemoryDiagnoser]
public class PoolBenchmarks
{
    private const int SampleRate = 16000;

    /// <summary>20 ms.</summary>
    private readonly float[] _packet = new float[SampleRate / 50];

    private SpeechModel _model = null!;
    private SessionPool _pool = null!;
    private SpeechSession[] _idle = null!;
    private SpeechSession _writing = null!;
    private SpeechSession _saved = null!;
    private byte[] _state = null!;

    /// <summary>Sessions open beside the measured one, each with a state.</summary>
    [Params(0, 500)]
    public int OpenSessions { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        _pool = new SessionPool(_model, new SessionPoolOptions { MaxSessions = OpenSessions + 10, Workers = 1 });
        var random = new Random(1);
        foreach (ref var sample in _packet.AsSpan()) sample = (float)((random.NextDouble() * 0.2) - 0.1);
        _idle = new SpeechSession[OpenSessions];
        for (var i = 0; i < OpenSessions; i++) _idle[i] = await OpenWithStateAsync();
        _writing = await _pool.OpenAsync();
        _saved = await OpenWithStateAsync();
        _state = await _saved.ExportStateAsync();
    }

    /// <summary>The open and close rate.</summary>
    [Benchmark]
    public async Task OpenAndClose()
    {
        await using var session = await _pool.OpenAsync();
    }

    /// <summary>The same with a first chunk written, so that the session has taken a slot for its state by the time it closes, or is about to.</summary>
    [Benchmark]
    public async Task OpenWriteAndClose()
    {
        await using var session = await _pool.OpenAsync();
        for (var i = 0; i < 10; i++) session.TryWrite(_packet);
    }

    /// <summary>
    /// A packet of 20 ms, the log-mel features included; the pool's own work goes on on its thread. WriteAsync waits when that falls behind a full buffer, as nothing here keeps to the speed of speech, so this is the
    /// price of recognising 20 ms on one thread whenever that is dearer than taking them in.
    /// </summary>
    [Benchmark]
    public ValueTask WriteAndRecognisePacket() => _writing.WriteAsync(_packet);

    [Benchmark]
    public int GetStatus() => _pool.GetStatus().ActiveSessions;

    [Benchmark]
    public Task<byte[]> ExportState() => _saved.ExportStateAsync();

    [Benchmark]
    public async Task RestoreAndClose()
    {
        await using var session = await _pool.RestoreAsync(_state);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _pool.DisposeAsync();
        await _model.DisposeAsync();
    }

    private async Task<SpeechSession> OpenWithStateAsync()
    {
        var session = await _pool.OpenAsync();
        for (var i = 0; i < 50; i++) await session.WriteAsync(_packet);
        await session.FlushAsync();
        return session;
    }
}
