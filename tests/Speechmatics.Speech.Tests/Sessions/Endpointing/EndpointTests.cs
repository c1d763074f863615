using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>Ends of utterances by what the voice activity model and the language model say.</summary>
public class EndpointTests(ModelFixture fixture)
{
    private static SessionPool Pool(FakeModel model) =>
        new(model, new SessionPoolOptions { Workers = 1, MaxSessions = 10 }, TimeProvider.System, voiceActivityModel: new FakeVoiceActivityModel());

    private static SessionOptions Options(int? chunkFrames)
    {
        var options = FakePools.Options(chunkFrames);
        options.EndpointSilence = Timeout.InfiniteTimeSpan;
        options.VoiceActivity = new VoiceActivityOptions { EndpointSilence = TimeSpan.FromSeconds(0.4) };
        return options;
    }

    /// <summary>Loud where the flags are set, for 80 ms each.</summary>
    private static float[] Audio(IEnumerable<bool> loud) => [.. loud.SelectMany(flag => Enumerable.Repeat(flag ? 0.5f : 0f, FakePools.SamplesPerFrame))];

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(null)]
    public async Task Silence_that_the_voice_model_hears_ends_the_utterance_wherever_chunks_end(int? chunkFrames)
    {
        await using var pool = Pool(new FakeModel { IsSpeech = frame => frame is < 20 or (>= 40 and < 60) or (>= 64 and < 80) });
        await using var session = await pool.OpenAsync(Options(chunkFrames));

        // the gap of 4 frames before the last words is too short
        var events = await Clips.PlayAsync(session, Audio(Enumerable.Range(0, 100).Select(frame => frame is < 20 or (>= 40 and < 60) or (>= 64 and < 80))));
        Assert.Equal(
            [(TimeSpan.FromMilliseconds(19 * 80), EndOfUtteranceReason.TrailingSilence), (TimeSpan.FromMilliseconds(79 * 80), EndOfUtteranceReason.TrailingSilence)],
            events.OfType<EndOfUtterance>().Select(end => (end.Time, end.Reason)));
        Assert.Equal([0, 4, 8, 12, 16, 40, 44, 48, 52, 56, 64, 68, 72, 76], FakePools.WordFrames(events));
    }

    [Fact]
    public async Task While_somebody_speaks_a_gap_between_words_ends_nothing()
    {
        await using var pool = Pool(new FakeModel { IsSpeech = frame => frame is < 20 or (>= 60 and < 80) });
        await using var session = await pool.OpenAsync(Options(2));
        var events = await Clips.PlayAsync(session, Audio(Enumerable.Repeat(true, 80)));
        Assert.Equal([EndOfUtteranceReason.EndOfAudio], events.OfType<EndOfUtterance>().Select(end => end.Reason));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    public async Task Words_where_nobody_speaks_are_left_out_counted_and_told(int chunkFrames)
    {
        await using var pool = Pool(new FakeModel { IsSpeech = frame => frame is < 20 or (>= 40 and < 60) });
        await using var session = await pool.OpenAsync(Options(chunkFrames));
        var events = await Clips.PlayAsync(session, Audio(Enumerable.Range(0, 90).Select(frame => frame is >= 40 and < 60)));
        Assert.Equal([40, 44, 48, 52, 56], FakePools.WordFrames(events));
        Assert.All(events.OfType<PartialTranscript>(), partial => Assert.True(partial.Start >= TimeSpan.FromMilliseconds(40 * 80)));
        var notice = Assert.Single(events.OfType<SessionNotice>(), notice => notice.Kind == SessionNoticeKind.WordsSuppressed);
        Assert.Contains("one two three four one", notice.Message, StringComparison.Ordinal);
        Assert.Equal((5, 1), (pool.GetStatus().SuppressedWords, events.OfType<EndOfUtterance>().Count()));

        var options = Options(chunkFrames);
        options.VoiceActivity!.WordThreshold = 0;
        await using var trusting = await pool.OpenAsync(options);
        Assert.Equal(10, FakePools.WordFrames(await Clips.PlayAsync(trusting, Audio(Enumerable.Repeat(false, 90)))).Length);
    }

    [Theory]
    [InlineData("thank you very much", "is it", true)]
    [InlineData("i would like to go to the", "station", false)]
    public void A_whole_sentence_ends_after_a_short_silence_and_half_a_one_does_not(string words, string next, bool whole)
    {
        var engine = new SessionEngine(fixture.Model, TimeProvider.System);
        var options = new SessionOptions { SentenceEndSilence = TimeSpan.FromSeconds(0.24) };
        options.Validate(engine);
        List<EmittedToken> Tokens(string text, long first)
        {
            var ids = new List<int>();
            Assert.True(engine.PieceEncoder.Encode(text, ids));
            return [.. ids.Select((id, i) => new EmittedToken(id, first + i, 1, -0.1f))];
        }

        var before = Tokens(words, 10);
        var gap = before[^1].StartFrame + 1 + 4;
        var after = Tokens(next, gap);
        for (var cut = 0; cut <= before.Count; cut++)
        {
            var tracker = new TranscriptTracker(engine, options);
            tracker.Append([.. before.Take(cut)], [], cut == before.Count ? gap : before[cut].StartFrame, 1);

            // a snapshot in between changes nothing
            var bytes = new MemoryStream();
            tracker.Save(new BinaryWriter(bytes));
            var restored = new TranscriptTracker(engine, options);
            restored.Load(new BinaryReader(new MemoryStream(bytes.ToArray())));
            restored.Append([.. before.Skip(cut), .. after], [], after[^1].StartFrame + 1, 1);
            Assert.Equal(
                whole ? [EndOfUtteranceReason.SentenceComplete] : [],
                tracker.Events.Concat(restored.Events).OfType<EndOfUtterance>().Select(end => end.Reason));
        }
    }

    [Fact]
    public async Task Judging_sentences_needs_a_language_model()
    {
        await using var pool = new SessionPool(new FakeModel(), new SessionPoolOptions { Workers = 1, MaxSessions = 1 }, TimeProvider.System);
        var options = FakePools.Options();
        options.SentenceEndSilence = TimeSpan.FromSeconds(0.2);
        Assert.Equal(nameof(SessionOptions.SentenceEndSilence), (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pool.OpenAsync(options))).ParamName);
        options.SentenceEndSilence = Timeout.InfiniteTimeSpan;
        options.SentenceEndProbability = 0;
        Assert.Equal(nameof(SessionOptions.SentenceEndProbability), (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pool.OpenAsync(options))).ParamName);
    }
}
