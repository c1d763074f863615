using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>More audio than a session may hold, while the only worker is kept busy.</summary>
public class OverrunTests(ModelFixture fixture)
{
    private static SessionOptions Options(OverrunPolicy policy) => new()
    {
        BufferDuration = TimeSpan.FromSeconds(2),
        Overrun = policy,
        Chunk = TimeSpan.FromMilliseconds(640),
    };

    [Fact]
    public async Task By_default_nothing_is_taken_until_there_is_room()
    {
        using var blocked = new BlockedModel(fixture.Model);
        await using var pool = new SessionPool(blocked, new SessionPoolOptions { MaxSessions = 1, Workers = 1 }, TimeProvider.System);
        await using var session = await pool.OpenAsync(Options(OverrunPolicy.Wait));
        blocked.Block();
        var taken = 0;
        while (session.TryWrite(new float[1600])) taken += 1600;
        Assert.InRange(taken, 16000, 2 * 16000);
        Assert.Equal(taken / 16000.0, session.AudioReceived.TotalSeconds, 6);
        var waiting = session.WriteAsync(new float[16000].AsMemory()).AsTask();
        await Task.Delay(50);
        Assert.False(waiting.IsCompleted);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.WriteAsync(new float[1].AsMemory()));
        blocked.Release();
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Throws<ArgumentException>(() => session.TryWrite(new float[16000 * 60]));
        session.Complete();
        Assert.DoesNotContain(await Clips.ReadAllAsync(session), e => e is SessionNotice { Kind: SessionNoticeKind.AudioDropped });
    }

    [Fact]
    public async Task Dropping_the_oldest_audio_is_told_to_the_frame_and_times_stay_true()
    {
        using var blocked = new BlockedModel(fixture.Model);
        await using var pool = new SessionPool(blocked, new SessionPoolOptions { MaxSessions = 1, Workers = 1 }, TimeProvider.System);
        await using var session = await pool.OpenAsync(Options(OverrunPolicy.DropOldest));
        blocked.Block();
        var clip = Clips.Named("orders-009");
        var silence = new float[8 * 16000];
        for (var at = 0; at < silence.Length; at += 1600) Assert.True(session.TryWrite(silence.AsSpan(at, 1600)));
        blocked.Release();
        var reading = Clips.ReadAllAsync(session);
        while (session.AudioRecognized < TimeSpan.FromSeconds(1)) await Task.Delay(5);
        await session.FlushAsync();
        for (var at = 0; at < clip.Samples.Length; at += 1600)
        {
            session.TryWrite(clip.Samples.AsSpan(at, Math.Min(1600, clip.Samples.Length - at)));
            while (session.AudioReceived - session.AudioRecognized - TimeSpan.FromSeconds(8) > TimeSpan.Zero) await Task.Delay(1);
            await Task.Delay(2);
        }

        session.Complete();
        var events = await reading;
        var notices = events.OfType<SessionNotice>().Where(n => n.Kind == SessionNoticeKind.AudioDropped).ToArray();
        Assert.NotEmpty(notices);
        var dropped = TimeSpan.FromTicks(notices.Sum(n => n.Dropped.Ticks));
        Assert.InRange(dropped.TotalSeconds, 5.5, 7.5);
        Assert.Equal(dropped, pool.GetStatus().AudioDropped);
        Assert.Equal(session.AudioReceived.TotalSeconds, (session.AudioRecognized + dropped).TotalSeconds, 0.7);

        // the clip's words lie where the clip lies in what was written, though most of the silence before it never reached the model
        var words = events.OfType<FinalTranscript>().SelectMany(f => f.Words).ToArray();
        Assert.InRange(words.First(w => w.Text == "give").Start.TotalSeconds, 8.0, 9.5);
    }

    [Fact]
    public async Task Failing_ends_the_session_and_frees_its_place()
    {
        using var blocked = new BlockedModel(fixture.Model);
        await using var pool = new SessionPool(blocked, new SessionPoolOptions { MaxSessions = 1, Workers = 1 }, TimeProvider.System);
        await using var session = await pool.OpenAsync(Options(OverrunPolicy.Fail));
        blocked.Block();
        while (session.TryWrite(new float[1600]))
        {
        }

        await Assert.ThrowsAsync<SessionOverrunException>(() => Clips.ReadAllAsync(session));
        Assert.Throws<InvalidOperationException>(() => session.TryWrite(new float[10]));
        blocked.Release();
        for (var i = 0; i < 200 && pool.GetStatus().ActiveSessions > 0; i++) await Task.Delay(10);
        Assert.Equal(0, pool.GetStatus().ActiveSessions);
    }

    /// <summary>The real model, whose encoder can be held up.</summary>
    private sealed class BlockedModel : IDisposable, IAcousticModel
    {
        private readonly ManualResetEventSlim _open = new(true);
        private readonly FaultyModel _model;

        public BlockedModel(IAcousticModel model)
        {
            _model = new FaultyModel(model)
            {
                ShouldFail = _ =>
                {
                    _open.Wait();
                    return false;
                },
            };
        }

        public EncoderLayout Layout => _model.Layout;

        public TransducerVocabulary Vocabulary => _model.Vocabulary;

        public LogMelTables MelTables => _model.MelTables;

        public string ContentHash => _model.ContentHash;

        public void Block() => _open.Reset();

        public void Release() => _open.Set();

        public bool HasHead(TransducerHead head) => _model.HasHead(head);

        public IEncoderStep CreateEncoderStep(int maxRows) => _model.CreateEncoderStep(maxRows);

        public ITransducerNetwork CreateTransducer(TransducerHead head, int maxRows) => _model.CreateTransducer(head, maxRows);

        public void Dispose() => _open.Set();
    }
}
