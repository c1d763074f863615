using BenchmarkDotNet.Attributes;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// Taking in 20 ms of audio and nothing else: conversion, log-mel and queueing. Before each iteration sessions are opened whose buffers have room for all of its packets, and no chunk of theirs is ever whole, because each
/// gets less than one chunk: the model never runs.
/// </summary>
[MemoryDiagnoser]
[InvocationCount(PacketsPerIteration)]
public class PacketBenchmarks
{
    /// <summary>120 ms in each session, less than the smallest chunk with its look-ahead.</summary>
    private const int PacketsPerSession = 6;
    private const int Sessions = 500;
    private const int PacketsPerIteration = PacketsPerSession * Sessions;

    private readonly short[] _wide = new short[16000 / 50];
    private readonly byte[] _narrow = new byte[8000 / 50];
    private readonly SpeechSession[] _sessions = new SpeechSession[Sessions];
    private SpeechModel _model = null!;
    private SessionPool _pool = null!;
    private int _packet;

    /// <summary>16 kHz 16-bit, or 8 kHz µ-law, which is resampled.</summary>
    [Params(false, true)]
    public bool Telephone { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        _pool = new SessionPool(_model, new SessionPoolOptions { MaxSessions = Sessions, Workers = 1 });
        var random = new Random(1);
        foreach (ref var sample in _wide.AsSpan()) sample = (short)random.Next(-3000, 3000);
        random.NextBytes(_narrow);
    }

    [IterationSetup]
    public void OpenSessions() => OpenSessionsAsync().GetAwaiter().GetResult();

    [Benchmark]
    public bool WritePacket()
    {
        var session = _sessions[_packet++ % Sessions];
        return Telephone ? session.TryWrite(_narrow.AsSpan()) : session.TryWrite(_wide.AsSpan());
    }

    [IterationCleanup]
    public void CloseSessions()
    {
        foreach (var session in _sessions) session.DisposeAsync().GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _pool.DisposeAsync();
        await _model.DisposeAsync();
    }

    private async Task OpenSessionsAsync()
    {
        var options = new SessionOptions { SampleRate = Telephone ? 8000 : 16000, Encoding = Telephone ? Audio.AudioEncoding.MuLaw : Audio.AudioEncoding.Pcm16 };
        for (var i = 0; i < Sessions; i++) _sessions[i] = await _pool.OpenAsync(options);
    }
}
