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
        var meter = new ThreadMeter();
        var model = new FaultyModel(fixture.Model)
        {
            ShouldFail = _ =>
            {
                meter.Note();
                return false;
            },
        };
        await using var pool = new SessionPool(model, new SessionPoolOptions { Workers = 2, MaxSessions = 10 }, TimeProvider.System);
        var bytes = await MeasureAsync(pool, meter, 16000, chunkFrames: 2, warm: 60, rounds: 150, read: false);
        TestContext.Current.SendDiagnosticMessage($"silence, real model: {bytes:0.00} bytes per chunk");
        Assert.InRange(bytes, 0, 1); // not zero: a batch of a new size is bound once
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(null)]
    public async Task Silence_allocates_nothing(int? chunkFrames)
    {
        var meter = new ThreadMeter();
        await using var pool = Create(new FakeModel { IsSpeech = _ => false, Running = _ => meter.Note() }, workers: 2);
        var bytes = await MeasureAsync(pool, meter, SampleRate, chunkFrames, warm: 300, rounds: 700, read: false);
        TestContext.Current.SendDiagnosticMessage($"silence, chunk of {chunkFrames} frames: {bytes:0.00} bytes per chunk");
        Assert.InRange(bytes, 0, 1); // not zero: a batch of a new size is bound once
    }

    [Fact]
    public async Task Speech_allocates_its_words_and_events()
    {
        var meter = new ThreadMeter();
        await using var pool = Create(new FakeModel { Running = _ => meter.Note() }, workers: 2);
        var bytes = await MeasureAsync(pool, meter, SampleRate, chunkFrames: 4, warm: 300, rounds: 700, read: true);
        TestContext.Current.SendDiagnosticMessage($"speech, one word and one partial in each chunk of 320 ms for 40 frames of 64: {bytes:0} bytes per chunk, without the reader's");
        Assert.InRange(bytes, 1, 5000);
    }

    /// <summary>
    /// Sessions that write in step, each in its own format; bytes that the writer and the workers allocate for each chunk of each session. The process's own count would hold the test runner's.
    /// </summary>
    private static async Task<double> MeasureAsync(SessionPool pool, ThreadMeter meter, int sampleRate, int? chunkFrames, int warm, int rounds, bool read)
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
        var (written, worked) = (0L, 0L);
        var thread = new Thread(() =>
        {
            var buffers = new Buffers(sampleRate / 25 * 2 * (chunkFrames ?? 2));

            // a backlog first, which the workers must not touch before it is whole: so what mel frames need at most is there
            meter.Hold();
            foreach (var session in sessions)
                if (!session.TryWrite(new float[sampleRate * 5])) throw new InvalidOperationException("no room");
            meter.LetGo();
            Rounds(sessions, buffers, warm);
            meter.Start();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Rounds(sessions, buffers, rounds);
            written = GC.GetAllocatedBytesForCurrentThread() - before;
            worked = meter.Bytes;
        });
        thread.Start();
        thread.Join();
        var chunks = rounds * sessions.Length;
        TestContext.Current.SendDiagnosticMessage($"{chunks} chunks: the writer allocated {written} bytes, the workers {worked}");
        foreach (var session in sessions) session.Complete();
        if (read) await Task.WhenAll(reading).WaitAsync(Patience);
        foreach (var session in sessions) await session.DisposeAsync();
        return (written + worked) / (double)chunks;
    }

    private static void Rounds(SpeechSession[] sessions, Buffers buffers, int rounds)
    {
        var (floats, shorts, bytes, codes) = (buffers.Floats, buffers.Shorts, buffers.Bytes, buffers.Codes);
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < sessions.Length; i++)
            {
                // the asynchronous writes complete at once: there is room
                var written = (i % 4) switch
                {
                    0 => i < 4 ? sessions[i].TryWrite(floats) : sessions[i].WriteAsync((ReadOnlyMemory<float>)floats).IsCompletedSuccessfully,
                    1 => i < 4 ? sessions[i].TryWrite(shorts) : sessions[i].WriteAsync((ReadOnlyMemory<short>)shorts).IsCompletedSuccessfully,
                    2 => i < 4 ? sessions[i].TryWrite(bytes) : WriteHalves(sessions[i], bytes),
                    _ => i < 4 ? sessions[i].TryWrite(codes) : sessions[i].WriteAsync((ReadOnlyMemory<byte>)codes).IsCompletedSuccessfully,
                };
                if (!written) throw new InvalidOperationException("no room");
            }

            foreach (var session in sessions)
                while ((session.AudioReceived - session.AudioRecognized).TotalSeconds > 1.5) Thread.Yield();
        }
    }

    /// <summary>In pieces that are taken as they are: longer ones run as state machines, which debug builds allocate.</summary>
    private static bool WriteHalves(SpeechSession session, ReadOnlyMemory<byte> bytes) =>
        session.WriteAsync(bytes[..(bytes.Length / 2)]).IsCompletedSuccessfully && session.WriteAsync(bytes[(bytes.Length / 2)..]).IsCompletedSuccessfully;

    private sealed class Buffers
    {
        public Buffers(int samples)
        {
            (Floats, Shorts, Bytes, Codes) = (new float[samples], new short[samples], new byte[samples * 2], new byte[samples]);
            Array.Fill(Codes, (byte)0xFF);
        }

        public float[] Floats { get; }

        public short[] Shorts { get; }

        public byte[] Bytes { get; }

        public byte[] Codes { get; }
    }

    /// <summary>Counts what the worker threads allocate from one of their runs to a later one.</summary>
    private sealed class ThreadMeter
    {
        private readonly ThreadLocal<long> _first = new(() => -1);
        private readonly ThreadLocal<long> _last = new(trackAllValues: true);
        private readonly ManualResetEventSlim _free = new(initialState: true);
        private volatile bool _started;

        /// <summary>Bytes since each thread's first run after the start.</summary>
        public long Bytes => _last.Values.Sum();

        public void Start() => _started = true;

        /// <summary>Holds the workers at their next run.</summary>
        public void Hold() => _free.Reset();

        public void LetGo() => _free.Set();

        public void Note()
        {
            _free.Wait();
            var now = GC.GetAllocatedBytesForCurrentThread();
            if (!_started)
            {
                // the meter's own memory of the thread, before it counts
                _ = (_first.Value, _last.Value = 0);
                return;
            }

            if (_first.Value < 0) _first.Value = now;
            _last.Value = now - _first.Value;
        }
    }
}
