using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Tests.Sessions.FakePools;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>Managed bytes per chunk and session in steady state, through the whole pool: writing in every format, scheduling, the model's step, decoding.</summary>
[Collection(Alone.Name)]
public class SoakAllocationTests(ModelFixture fixture)
{
    [Fact]
    public async Task Silence_allocates_nothing_with_the_real_model()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { Workers = 2, MaxSessions = 10 });
        var bytes = await MeasureAsync(pool, 16000, chunkFrames: 2, warm: 60, rounds: 150, read: false);
        TestContext.Current.SendDiagnosticMessage($"silence, real model: {bytes:0.00} bytes per chunk");
        Assert.InRange(bytes, 0, 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(null)]
    public async Task Silence_allocates_nothing(int? chunkFrames)
    {
        await using var pool = Create(new FakeModel { IsSpeech = _ => false }, workers: 2);
        var bytes = await MeasureAsync(pool, SampleRate, chunkFrames, warm: 500, rounds: 2000, read: false);
        TestContext.Current.SendDiagnosticMessage($"silence, chunk of {chunkFrames} frames: {bytes:0.00} bytes per chunk");
        Assert.InRange(bytes, 0, 1);
    }

    [Fact]
    public async Task Speech_allocates_its_words_and_events()
    {
        await using var pool = Create(new FakeModel(), workers: 2);
        var bytes = await MeasureAsync(pool, SampleRate, chunkFrames: 4, warm: 500, rounds: 2000, read: true);
        TestContext.Current.SendDiagnosticMessage($"speech, one word and one partial in each chunk of 320 ms, read by a reader: {bytes:0} bytes per chunk");
        Assert.InRange(bytes, 1, 5000);
    }

    /// <summary>Sessions that write in step, each in its own format; bytes allocated by the whole process for each chunk of each session.</summary>
    private static async Task<double> MeasureAsync(SessionPool pool, int sampleRate, int? chunkFrames, int warm, int rounds, bool read)
    {
        var sessions = new SpeechSession[8];
        for (var i = 0; i < sessions.Length; i++)
        {
            sessions[i] = await pool.OpenAsync(new SessionOptions
            {
                SampleRate = sampleRate,
                Chunk = chunkFrames is { } frames ? frames * Frame : null,
                Encoding = i % 4 == 3 ? AudioEncoding.MuLaw : AudioEncoding.Pcm16,
                Partials = read,
            });
        }

        var reading = read ? sessions.Select(Clips.ReadAllAsync).ToArray() : [];
        var thread = new Thread(() => Rounds(sessions, sampleRate / 25 * 2 * (chunkFrames ?? 2), warm));
        thread.Start();
        thread.Join();
        GC.Collect();
        double bytes = 0;

        // the least of three: the runtime's own threads allocate now and then
        for (var run = 0; run < 3; run++)
        {
            var measured = 0.0;
            thread = new Thread(() =>
            {
                // thread-static scratch of this thread, then the steady state
                Rounds(sessions, sampleRate / 25 * 2 * (chunkFrames ?? 2), 10);
                var (before, chunks) = (GC.GetTotalAllocatedBytes(precise: true), pool.GetStatus().Chunks);
                Rounds(sessions, sampleRate / 25 * 2 * (chunkFrames ?? 2), rounds);
                var after = GC.GetTotalAllocatedBytes(precise: true);
                measured = (after - before) / (double)(pool.GetStatus().Chunks - chunks);
            });
            thread.Start();
            thread.Join();
            bytes = run == 0 ? measured : Math.Min(bytes, measured);
        }

        foreach (var session in sessions) session.Complete();
        if (read) await Task.WhenAll(reading).WaitAsync(Patience);
        foreach (var session in sessions) await session.DisposeAsync();
        return bytes;
    }

    private static void Rounds(SpeechSession[] sessions, int samples, int rounds)
    {
        var (floats, shorts, codes) = (new float[samples], new short[samples], new byte[samples]);
        Array.Fill(codes, (byte)0xFF);
        var bytes = new byte[samples * 2];
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < sessions.Length; i++)
            {
                // the asynchronous writes complete at once: there is room
                var written = (i % 4) switch
                {
                    0 => i < 4 ? sessions[i].TryWrite(floats) : sessions[i].WriteAsync((ReadOnlyMemory<float>)floats).IsCompletedSuccessfully,
                    1 => i < 4 ? sessions[i].TryWrite(shorts) : sessions[i].WriteAsync((ReadOnlyMemory<short>)shorts).IsCompletedSuccessfully,
                    2 => i < 4 ? sessions[i].TryWrite(bytes) : sessions[i].WriteAsync((ReadOnlyMemory<byte>)bytes).IsCompletedSuccessfully,
                    _ => i < 4 ? sessions[i].TryWrite(codes) : sessions[i].WriteAsync((ReadOnlyMemory<byte>)codes).IsCompletedSuccessfully,
                };
                if (!written) throw new InvalidOperationException("no room");
            }

            foreach (var session in sessions)
                while ((session.AudioReceived - session.AudioRecognized).TotalSeconds > 1.5) Thread.Yield();
        }
    }
}
