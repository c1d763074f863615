using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>
/// Sessions that live and die at random in one pool, each by its own seed, every second one with a second pass where the pool has one. A session that lives to its end must say exactly what it says alone. Solo words are computed once for each clip, chunk, head and format.
/// </summary>
internal sealed class ChaosRun(SpeechModel realModel, EnhancedSpeechModel enhancedModel, VoiceActivityModel voiceActivity, SessionPool pool, SessionPool other, int seed) : IAsyncDisposable
{
    private static readonly Clip[] AllClips = [.. Clips.All.OrderBy(clip => clip.Samples.Length).Take(6)];
    private static readonly int[] Chunks = [160, 320, 640, 1280];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly ConcurrentDictionary<Voice, Lazy<Task<List<SpeechEvent>>>> _solo = new();
    private readonly ConcurrentDictionary<Fate, int> _fates = new();
    private readonly SessionPool _alone = new(realModel, enhancedModel, new SessionPoolOptions { Workers = 1, MaxBatch = 1, MaxSessions = 8, AdmissionTimeout = Timeout.InfiniteTimeSpan, VoiceActivityModel = voiceActivity });
    private int _compared;

    /// <summary>How a session lives and ends.</summary>
    private enum Fate
    {
        Plain,
        FlushedAtItsEnd,
        FlushedAtRandom,
        ReadInPieces,
        Starved,
        Moved,
        Elastic,
        Disposed,
        Cancelled,
        Abandoned,
    }

    /// <summary>How the audio is given.</summary>
    private enum Format
    {
        Floats,
        Shorts,
        Pcm16Bytes,
        FloatBytes,
        NarrowMuLaw,
    }

    /// <summary>Sessions that ended with a failure of the model, where the caller expects some.</summary>
    public bool FailuresExpected { get; init; }

    public int Failed;

    public int Compared => _compared;

    public string Summary => string.Join(", ", _fates.OrderBy(fate => fate.Key).Select(fate => $"{fate.Value} {fate.Key}"));

    /// <summary>Runs sessions, <paramref name="atOnce"/> at a time, until <paramref name="duration"/> is over and at least <paramref name="least"/> have been.</summary>
    public async Task<int> RunAsync(TimeSpan duration, int atOnce, int least)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var number = Interlocked.Increment(ref next) - 1;
                if (number >= least && clock.GetElapsedTime(start) > duration) return;
                await LiveAsync(number);
                if (number % 50 == 0) GC.Collect();
            }
        })));
        return next;
    }

    public ValueTask DisposeAsync() => _alone.DisposeAsync();

    private async Task LiveAsync(int number)
    {
        var random = new Random((seed * 1_000_003) + number);
        var fate = (Fate)random.Next(Enum.GetValues<Fate>().Length);
        var voice = new Voice(random.Next(AllClips.Length), Chunks[random.Next(Chunks.Length)], (TransducerHead)random.Next(2), (Format)random.Next(5), fate == Fate.Moved, Listens: number % 3 == 0, Enhanced: pool.HasEnhanced && number % 2 == 0);
        var life = $"session {number} of seed {seed}: {fate} {voice}";
        try
        {
            if (fate == Fate.Abandoned) await AbandonAsync(voice, random).WaitAsync(Patience);
            else await LiveAsync(fate, voice, random).WaitAsync(Patience);
            _fates.AddOrUpdate(fate, 1, static (_, count) => count + 1);
        }
        catch (SpeechModelException) when (FailuresExpected)
        {
            Interlocked.Increment(ref Failed);
        }
        catch (InvalidOperationException failure) when (FailuresExpected && failure.Message.StartsWith("The session is over", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref Failed);
        }
        catch (ObjectDisposedException) when (FailuresExpected && fate == Fate.Moved)
        {
            Interlocked.Increment(ref Failed); // it failed while its export waited
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{life} hangs. {pool.GetStatus()} {other.GetStatus()}");
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{life}: {failure.Message}", failure);
        }
    }

    private async Task LiveAsync(Fate fate, Voice voice, Random random)
    {
        var session = await pool.OpenAsync(voice.Options(elastic: fate == Fate.Elastic));
        var events = new ConcurrentQueue<SpeechEvent>();
        var reading = ReadAsync(session, events, fate, random.Next());
        try
        {
            var ends = (fate is Fate.Disposed or Fate.Cancelled) ? random.NextDouble() : 1;
            var moves = fate == Fate.Moved ? random.NextDouble() : 2;
            var samples = AllClips[voice.Clip].Samples;
            for (var at = 0; at < samples.Length * ends;)
            {
                if (at >= moves * samples.Length)
                {
                    moves = 2;
                    var state = await session.ExportStateAsync();
                    await session.DisposeAsync();
                    await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
                    Assert.Empty(events.OfType<FinalTranscript>());
                    session = await other.RestoreAsync(state);
                    reading = ReadAsync(session, events, fate, random.Next());
                }

                at = await WriteAsync(session, voice, at, random);
                if (random.Next(12) == 0) await Task.Delay(random.Next(fate == Fate.Starved ? 400 : 15));
                if (fate == Fate.FlushedAtRandom && random.Next(10) == 0) await FlushAsync(session, random);
            }

            if (fate == Fate.Disposed)
            {
                if (random.Next(2) == 0) _ = session.FlushAsync();
                await session.DisposeAsync();
                await ReadToDisposalAsync(reading);
                return;
            }

            if (fate == Fate.Cancelled)
            {
                try
                {
                    using var stop = new CancellationTokenSource(random.Next(5));
                    while (true) await session.WriteAsync(new float[3000], stop.Token);
                }
                catch (OperationCanceledException)
                {
                }

                await session.DisposeAsync();
                await ReadToDisposalAsync(reading);
                return;
            }

            if (fate == Fate.FlushedAtItsEnd) await session.FlushAsync();
            session.Complete();
            await reading;
            var words = Said(events, fate);

            // a flush reads what is left as a short chunk, which may be heard a little differently
            if (fate is Fate.Elastic or Fate.FlushedAtRandom or Fate.FlushedAtItsEnd)
            {
                // a second pass may find no speech in what flushes in the middle of words, or chunks of chance sizes, make an utterance of in a short clip
                if (fate == Fate.FlushedAtItsEnd || !voice.Enhanced) Assert.NotEmpty(words);
                return;
            }

            Assert.Equal(await SoloAsync(voice, fate), words);
            Interlocked.Increment(ref _compared);
        }
        finally
        {
            await session.DisposeAsync();

            // where the writer met a failure of the model first, the reader's goes unread
            if (FailuresExpected) _ = reading.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task AbandonAsync(Voice voice, Random random)
    {
        var session = await pool.OpenAsync(voice.Options(elastic: false));
        for (var at = 0; at < AllClips[voice.Clip].Samples.Length / 2;) at = await WriteAsync(session, voice, at, random);
        if (random.Next(2) == 0) _ = session.FlushAsync();
    }

    private static async Task FlushAsync(SpeechSession session, Random random)
    {
        if (random.Next(2) == 0)
        {
            await session.FlushAsync();
            return;
        }

        using var stop = new CancellationTokenSource(random.Next(3));
        try
        {
            await session.FlushAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            while (true)
            {
                // the flush goes on, and only one may be under way
                try
                {
                    await session.FlushAsync();
                    return;
                }
                catch (InvalidOperationException)
                {
                    await Task.Delay(1);
                }
            }
        }
    }

    private static async Task ReadToDisposalAsync(Task reading)
    {
        try
        {
            await reading;
            Assert.Fail("Reading a disposed session came to an end.");
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private static async Task ReadAsync(SpeechSession session, ConcurrentQueue<SpeechEvent> events, Fate fate, int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            using var stop = new CancellationTokenSource();
            if (fate == Fate.ReadInPieces) stop.CancelAfter(random.Next(30));
            try
            {
                await foreach (var speechEvent in session.ReadEventsAsync(stop.Token))
                {
                    events.Enqueue(speechEvent);
                    if (random.Next(20) == 0) await Task.Delay(random.Next(20));
                }

                return;
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    /// <summary>Writes a piece of an odd size in the voice's format; returns where the next begins.</summary>
    private static async Task<int> WriteAsync(SpeechSession session, Voice voice, int at, Random random)
    {
        var samples = AllClips[voice.Clip].Samples;
        var count = Math.Min(samples.Length - at, random.Next(4) switch { 0 => random.Next(1, 50), 1 => 160, 2 => random.Next(1, 3000), _ => random.Next(1, 20000) });
        var piece = samples.AsMemory(at, count);
        switch (voice.Format)
        {
            case Format.Floats:
                while (!session.TryWrite(piece.Span)) await Task.Delay(2);
                break;
            case Format.Shorts:
                await session.WriteAsync((ReadOnlyMemory<short>)Shorts(piece.Span));
                break;
            case Format.Pcm16Bytes:
                await WriteBytesAsync(session, MemoryMarshal.AsBytes(Shorts(piece.Span).AsSpan()).ToArray(), random);
                break;
            case Format.FloatBytes:
                await WriteBytesAsync(session, MemoryMarshal.AsBytes(piece.Span).ToArray(), random);
                break;
            default:
                // every second sample, in eight bits
                await session.WriteAsync((ReadOnlyMemory<byte>)Enumerable.Range(at, count).Where(i => i % 2 == 0).Select(i => MuLaw.Encode(samples[i])).ToArray());
                break;
        }

        return at + count;
    }

    private static async Task WriteBytesAsync(SpeechSession session, byte[] bytes, Random random)
    {
        var cut = random.Next(bytes.Length + 1);
        await session.WriteAsync((ReadOnlyMemory<byte>)bytes.AsMemory(0, cut));
        await session.WriteAsync((ReadOnlyMemory<byte>)bytes.AsMemory(cut));
    }

    private static short[] Shorts(ReadOnlySpan<float> samples)
    {
        var shorts = new short[samples.Length];
        for (var i = 0; i < shorts.Length; i++) shorts[i] = (short)(samples[i] * 32768);
        return shorts;
    }

    // of a session that moves, events that were not read stay behind
    private static string Said(IEnumerable<SpeechEvent> events, Fate fate) => fate == Fate.Moved ? Clips.Words(events) : Clips.Words(events) + string.Concat(events.Select(e => e switch
    {
        SpeechStarted started => $"\n+{started.Time.TotalMilliseconds}",
        SpeechEnded ended => $"\n-{ended.Time.TotalMilliseconds}",
        _ => "",
    }));

    private async Task<string> SoloAsync(Voice voice, Fate fate) => Said(await SoloAsync(voice), fate);

    private Task<List<SpeechEvent>> SoloAsync(Voice voice) => _solo.GetOrAdd(
        voice with { Format = voice.Format == Format.NarrowMuLaw ? Format.NarrowMuLaw : Format.Floats },
        key => new Lazy<Task<List<SpeechEvent>>>(() => Task.Run(async () =>
        {
            await using var session = await _alone.OpenAsync(key.Options(elastic: false));
            var reading = Clips.ReadAllAsync(session);
            for (var at = 0; at < AllClips[key.Clip].Samples.Length;) at = await WriteAsync(session, key, at, new Random(1));
            session.Complete();
            return await reading;
        }))).Value;

    private sealed record Voice(int Clip, int ChunkMilliseconds, TransducerHead Head, Format Format, bool OneUtterance, bool Listens, bool Enhanced)
    {
        public SessionOptions Options(bool elastic) => new()
        {
            Chunk = elastic ? null : TimeSpan.FromMilliseconds(ChunkMilliseconds),
            Head = Head,
            SampleRate = Format == Format.NarrowMuLaw ? 8000 : 16000,
            Encoding = Format switch { Format.NarrowMuLaw => AudioEncoding.MuLaw, Format.FloatBytes => AudioEncoding.Float32, _ => AudioEncoding.Pcm16 },
            BufferDuration = TimeSpan.FromSeconds(2 + (Clip % 3)),
            EndpointSilence = OneUtterance ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(0.6),

            // a second pass that is skipped under load would be no defect, and would hide one
            MaxDelay = OneUtterance || Enhanced ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(2),
            OperatingPoint = Enhanced ? OperatingPoint.Enhanced : OperatingPoint.Standard,
            VoiceActivity = Listens ? new VoiceActivityOptions() : null,
        };
    }

    private static class MuLaw
    {
        private static readonly byte[] Codes = [.. Enumerable.Range(-4096, 8192).Select(level => (byte)Enumerable.Range(0, 256).MinBy(code => Math.Abs(G711.MuLaw[code] - (level / 4096f))))];

        public static byte Encode(float sample) => Codes[Math.Clamp((int)MathF.Round(sample * 4096), -4096, 4095) + 4096];
    }
}
