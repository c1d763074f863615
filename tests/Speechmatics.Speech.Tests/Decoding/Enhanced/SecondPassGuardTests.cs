using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Tests.Decoding;

public class SecondPassGuardTests
{
    [Theory]
    [InlineData(new[] { 5, 5, 5, 5 }, true)]
    [InlineData(new[] { 5, 5, 5 }, false)]
    [InlineData(new[] { 9, 1, 2, 1, 2, 1, 2, 1, 2 }, true)]
    [InlineData(new[] { 1, 2, 1, 2, 1, 2, 1, 3 }, false)]
    [InlineData(new[] { 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8 }, true)]
    [InlineData(new int[0], false)]
    public void A_group_of_up_to_eight_tokens_four_times_running_is_a_loop(int[] tokens, bool loop) => Assert.Equal(loop, TokenLoop.EndsInLoop(tokens));

    [Theory]
    [InlineData(AttentionStop.EndOfText, -0.1f, 0.1f, false, SecondPassDecision.Accept, SecondPassReason.Plausible)]
    [InlineData(AttentionStop.Loop, -0.1f, 0.1f, false, SecondPassDecision.RetryWithFullPadding, SecondPassReason.Loop)]
    [InlineData(AttentionStop.Loop, -0.1f, 0.1f, true, SecondPassDecision.Reject, SecondPassReason.Loop)]
    [InlineData(AttentionStop.TooManyTokens, -0.1f, 0.1f, false, SecondPassDecision.RetryWithFullPadding, SecondPassReason.TooManyTokens)]
    [InlineData(AttentionStop.ContextFull, -0.1f, 0.1f, true, SecondPassDecision.Reject, SecondPassReason.TooManyTokens)]
    [InlineData(AttentionStop.EndOfText, -1.6f, 0.1f, false, SecondPassDecision.RetryWithFullPadding, SecondPassReason.LowProbability)]
    [InlineData(AttentionStop.EndOfText, float.NaN, 0.1f, true, SecondPassDecision.Reject, SecondPassReason.LowProbability)]
    [InlineData(AttentionStop.EndOfText, -0.6f, 0.9f, false, SecondPassDecision.Accept, SecondPassReason.NoSpeech)]
    [InlineData(AttentionStop.Loop, -0.6f, 0.9f, false, SecondPassDecision.Accept, SecondPassReason.NoSpeech)]
    [InlineData(AttentionStop.EndOfText, -0.1f, 0.9f, false, SecondPassDecision.Accept, SecondPassReason.Plausible)]
    public void The_policy_judges(object stop, float mean, float noSpeech, bool fullyPadded, object decision, object reason)
    {
        var reading = new AttentionHypothesis();
        reading.Begin(0, 0);
        reading.Add(1, mean);
        reading.NoSpeechProbability = noSpeech;
        reading.Complete((AttentionStop)stop);
        Assert.Equal(new SecondPassVerdict((SecondPassDecision)decision, (SecondPassReason)reason), SecondPassPolicy.Default.Judge(reading, fullyPadded, words: 0, firstPassWords: 0));
    }

    [Theory]
    [InlineData(0.0, 4)]
    [InlineData(0.01, 6)]
    [InlineData(2.0, 6)]
    [InlineData(2.01, 8)]
    [InlineData(26.0, 30)]
    [InlineData(26.01, 30)]
    [InlineData(30.0, 30)]
    public void Padding_follows_the_rule_of_the_model(double seconds, int padded) =>
        Assert.Equal(padded * 16000, SecondPassReader.PaddedSamples((int)(seconds * 16000)));

    [Fact]
    public void More_than_thirty_seconds_cannot_be_padded() => Assert.Throws<ArgumentOutOfRangeException>(() => SecondPassReader.PaddedSamples((30 * 16000) + 1));

    [Theory]
    [InlineData(20.0)]
    [InlineData(14.5)]
    [InlineData(27.5)]
    public void A_long_utterance_is_cut_where_it_is_quiet(double quietAt)
    {
        var random = new Random(1);
        var audio = Enumerable.Range(0, 70 * 16000).Select(i => (float)((random.NextDouble() - 0.5) * (Math.Abs((i / 16000.0) - quietAt) < 0.15 ? 0.01 : 1))).ToArray();
        Assert.Equal(quietAt, UtteranceSplitter.NextPart(audio) / 16000.0, 0.1);
    }

    [Fact]
    public void Parts_are_short_enough_whatever_the_audio_and_cover_it()
    {
        var audio = new float[200 * 16000];
        for (var at = 0; at < audio.Length;)
        {
            var part = UtteranceSplitter.NextPart(audio.AsSpan(at));
            Assert.InRange(part, 1, UtteranceSplitter.MaxPartSamples);
            at += part;
            Assert.True(at <= audio.Length);
        }
    }
}
