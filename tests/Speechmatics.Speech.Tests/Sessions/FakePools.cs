using System.Security.Cryptography;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>Pools of the fake model, gates to hold up its runs, and saved states to edit.</summary>
internal static class FakePools
{
    public const int SampleRate = 4000;
    public const int SamplesPerFrame = 320;
    public static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(80);
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static SessionPool Create(FakeModel model, int workers = 1, int maxSessions = 100, TimeProvider? clock = null, TimeSpan admission = default) =>
        new(model, new SessionPoolOptions { Workers = workers, MaxSessions = maxSessions, AdmissionTimeout = admission }, clock ?? TimeProvider.System);

    public static SessionOptions Options(int? chunkFrames = 2) => new()
    {
        SampleRate = SampleRate, Chunk = chunkFrames is { } frames ? frames * Frame : null, MaxDelay = Timeout.InfiniteTimeSpan, MaxUtterance = Timeout.InfiniteTimeSpan,
    };

    public static float[] Silence(double seconds) => new float[(int)Math.Round(seconds * SampleRate)];

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 6000, $"waited 60 s for {what}");
            await Task.Delay(10);
        }
    }

    public static Task<List<SpeechEvent>> ReadAsync(SpeechSession session) => Clips.ReadAllAsync(session).WaitAsync(Patience);

    public static long[] WordFrames(IEnumerable<SpeechEvent> events) =>
        [.. events.OfType<FinalTranscript>().SelectMany(final => final.Words).Select(word => (long)Math.Round(word.Start / Frame))];

    /// <summary>Moves all frame and sample numbers of a saved session of the fake model on by <paramref name="frames"/>, a multiple of the fake's period and ring.</summary>
    public static byte[] Shift(byte[] state, long frames, long? processed = null)
    {
        Assert.Equal(0, frames % FakeModel.Period);
        var body = state[..^SHA256.HashSizeInBytes];
        using var from = new BinaryReader(new MemoryStream(body));
        var result = new MemoryStream();
        using var to = new BinaryWriter(result);
        to.Write(from.ReadUInt32());
        to.Write(from.ReadInt32());
        to.Write(from.ReadString());
        to.Write(from.ReadInt32()); // rate
        for (var i = 0; i < 3; i++) to.Write(from.ReadInt32());
        for (var i = 0; i < 2; i++) to.Write(from.ReadInt64());
        for (var i = 0; i < 2; i++) to.Write(from.ReadBoolean()); // partials, refined or not
        for (var i = 0; i < 4; i++) to.Write(from.ReadInt64());
        for (var i = 0; i < 2; i++) to.Write(from.ReadInt32());
        to.Write(from.ReadSingle()); // the language model's weight
        to.Write(from.ReadInt32());
        for (var i = 0; i < 2; i++) to.Write(from.ReadString());

        to.Write(from.ReadInt64() + (frames * SamplesPerFrame)); // samples taken
        var part = from.ReadInt32();
        to.Write(part);
        to.Write(from.ReadBytes(part));
        to.Write(from.ReadBoolean());
        var computed = from.ReadInt64();
        to.Write(processed ?? computed + frames);
        to.Write(from.ReadInt64()); // read by the second pass
        to.Write(from.ReadInt64());
        to.Write(from.ReadInt64());

        to.Write(from.ReadInt32()); // features: version, samples, last sample, pending
        to.Write(from.ReadInt64() + (frames * SamplesPerFrame));
        to.Write(from.ReadSingle());
        var pending = from.ReadInt32();
        to.Write(pending);
        to.Write(from.ReadBytes(pending * sizeof(float)));

        to.Write(from.ReadInt64() + (frames * 8)); // mel
        var held = from.ReadInt32();
        to.Write(held);
        to.Write(from.ReadBytes(held * 4 * sizeof(float)));

        to.Write(from.ReadInt64() + frames); // decoder
        to.Write(from.ReadInt32());
        to.Write(from.ReadInt64() + frames);
        for (var i = 0; i < 2; i++) to.Write(from.ReadInt32()); // fusion
        var context = from.ReadInt32();
        to.Write(context);
        to.Write(from.ReadBytes(context * sizeof(int)));

        to.Write(from.ReadInt64() + frames); // words under way
        to.Write(from.ReadBoolean());
        var tokens = from.ReadInt32();
        to.Write(tokens);
        for (var i = 0; i < tokens; i++)
        {
            to.Write(from.ReadInt32());
            to.Write(from.ReadInt64() + frames);
            to.Write(from.ReadInt32());
            to.Write(from.ReadSingle());
            to.Write(from.ReadBoolean());
        }

        var utterance = from.ReadInt64();
        to.Write(utterance < 0 ? utterance : utterance + frames);
        to.Write(from.ReadInt64() + (frames * Frame.Ticks));
        var hasSlot = from.ReadBoolean();
        to.Write(hasSlot);
        while (hasSlot && from.BaseStream.Position < from.BaseStream.Length)
        {
            var number = ((long)from.ReadSingle() * (1 << 20)) + (long)from.ReadSingle() + frames;
            to.Write((float)(number >> 20));
            to.Write((float)(number & ((1 << 20) - 1)));
        }

        to.Flush();
        Assert.Equal(body.Length, result.Length);
        body = result.ToArray();
        return [.. body, .. SHA256.HashData(body)];
    }

    /// <summary>Holds up a fake model's runs.</summary>
    public sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new(true);
        private int _entered;

        public Gate(FakeModel model) => model.Running = _ =>
        {
            Interlocked.Increment(ref _entered);
            Assert.True(_open.Wait(TimeSpan.FromMinutes(2)));
        };

        public void Open() => _open.Set();

        /// <summary>Closes the gate, and waits until a run of <paramref name="session"/> stands before it.</summary>
        public async Task HoldAsync(SpeechSession session, float[] audio)
        {
            _open.Reset();
            var before = Volatile.Read(ref _entered);
            Assert.True(session.TryWrite(audio));
            await UntilAsync(() => Volatile.Read(ref _entered) > before, "a run");
        }

        /// <summary>Closes the gate; the next run stops before it.</summary>
        public Func<Task> Close()
        {
            _open.Reset();
            var before = Volatile.Read(ref _entered);
            return () => UntilAsync(() => Volatile.Read(ref _entered) > before, "a run");
        }

        public void Dispose() => _open.Set();
    }
}
