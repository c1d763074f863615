using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Decoding;

public sealed class AttentionDecoderTests(EnhancedModelFixture fixture) : IClassFixture<EnhancedModelFixture>
{
    private readonly EnhancedSpeechModel _model = fixture.Model;

    [Fact]
    public void The_reference_mels_give_the_reference_tokens()
    {
        using var decoder = CreateDecoder(1);
        var withMel = EnhancedGolden.Load().Where(g => g.Mel() is not null).ToArray();
        Assert.Equal(3, withMel.Length);
        foreach (var golden in withMel)
        {
            var reading = new AttentionHypothesis();
            decoder.Decode([RowOf(golden, golden.Mel()!)], [reading], default);
            Assert.Equal(golden.Ids, reading.Tokens.ToArray());
            Assert.Equal(AttentionStop.EndOfText, reading.Stop);
            Assert.Equal(golden.MeanLogProbability, reading.MeanLogProbability, 0.02f);
        }
    }

    [Fact]
    public void Every_reference_clip_gives_its_tokens_from_audio_alone_and_in_batches_bit_for_bit()
    {
        using var decoder = CreateDecoder(8);
        foreach (var group in EnhancedGolden.Load().GroupBy(g => g.PaddedSeconds))
        {
            var clips = group.ToArray();
            var rows = clips.Select(g => RowOf(g, EnhancedGolden.MelOf(g.Audio()))).ToArray();
            var alone = rows.Select(row =>
            {
                var reading = new AttentionHypothesis();
                decoder.Decode([row], [reading], default);
                return reading;
            }).ToArray();
            for (var i = 0; i < clips.Length; i++) Assert.Equal(clips[i].Ids, alone[i].Tokens.ToArray());

            // the whole group, and each clip three times among others of its length
            AssertSame(decoder, rows, alone, [.. Enumerable.Range(0, rows.Length)]);
            for (var i = 0; i < rows.Length; i++) AssertSame(decoder, rows, alone, [i, (i + 1) % rows.Length, i, (i + 2) % rows.Length, i]);
        }
    }

    [Fact]
    public void A_row_that_may_have_few_tokens_stops_and_the_others_go_on()
    {
        var golden = EnhancedGolden.Load().First(g => g.Name == "orders-007");
        var row = RowOf(golden, golden.Mel()!);
        using var decoder = CreateDecoder(2);
        var (cut, whole) = (new AttentionHypothesis(), new AttentionHypothesis());
        decoder.Decode([row with { MaxTokens = 2 }, row], [cut, whole], default);
        Assert.Equal(AttentionStop.TooManyTokens, cut.Stop);
        Assert.Equal(golden.Ids[..3], cut.Tokens.ToArray());
        Assert.Equal(golden.Ids, whole.Tokens.ToArray());
    }

    [Fact]
    public void A_bias_steers_the_decoder_and_is_told_every_token()
    {
        var golden = EnhancedGolden.Load().First(g => g.Name == "orders-007");
        var row = RowOf(golden, golden.Mel()!);
        using var decoder = CreateDecoder(2);
        var (biased, plain) = (new AttentionHypothesis(), new AttentionHypothesis());
        var bias = new ThirdTokenBias(token: 8887);
        decoder.Decode([row with { Bias = bias }, row], [biased, plain], default);
        Assert.Equal(golden.Ids, plain.Tokens.ToArray());
        Assert.Equal([.. golden.Ids[..2], 8887], biased.Tokens[..3].ToArray());
        Assert.Equal(biased.Tokens.ToArray(), bias.Seen);
    }

    [Fact]
    public void A_cancelled_reading_throws_and_the_decoder_can_be_used_again()
    {
        var golden = EnhancedGolden.Load().First(g => g.Name == "orders-007");
        using var decoder = CreateDecoder(1);
        using var cancel = new CancellationTokenSource();
        var reading = new AttentionHypothesis();
        var row = RowOf(golden, golden.Mel()!);
        Assert.Throws<OperationCanceledException>(() => decoder.Decode([row with { Bias = new CancellingBias(cancel) }], [reading], cancel.Token));
        Assert.True(reading.Tokens.Length < golden.Ids.Length);
        decoder.Decode([row], [reading], default);
        Assert.Equal(golden.Ids, reading.Tokens.ToArray());
    }

    [Fact]
    public void Reading_allocates_nothing_once_the_buffers_are_there()
    {
        var golden = EnhancedGolden.Load().First(g => g.Name == "orders-007");
        AttentionRow[] rows = [RowOf(golden, golden.Mel()!), RowOf(golden, golden.Mel()!)];
        AttentionHypothesis[] readings = [new(), new()];
        using var decoder = CreateDecoder(2);
        decoder.Decode(rows, readings, default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(rows, readings, default);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static AttentionRow RowOf(EnhancedGolden golden, float[] mel)
    {
        var samples = golden.Audio().Length;
        return new AttentionRow { Mel = mel, MaxTokens = SecondPassPolicy.Default.MaxTokens(samples, 16000), AlignmentFrames = (samples + 319) / 320 };
    }

    private static void AssertSame(AttentionDecoder decoder, AttentionRow[] rows, AttentionHypothesis[] alone, int[] order)
    {
        var readings = order.Select(_ => new AttentionHypothesis()).ToArray();
        decoder.Decode(order.Select(i => rows[i]).ToArray(), readings, default);
        for (var i = 0; i < order.Length; i++)
        {
            var (expected, actual) = (alone[order[i]], readings[i]);
            Assert.Equal(expected.Tokens.ToArray(), actual.Tokens.ToArray());
            Assert.Equal(expected.LogProbabilities.ToArray(), actual.LogProbabilities.ToArray());
            Assert.Equal(expected.NoSpeechProbability, actual.NoSpeechProbability);
            for (var row = 0; row < expected.AlignmentRows; row++)
                for (var head = 0; head < expected.AlignmentHeads; head++)
                    Assert.True(expected.Alignment(row, head).SequenceEqual(actual.Alignment(row, head)));
        }
    }

    private AttentionDecoder CreateDecoder(int maxRows) => new(_model.CreateNetwork(maxRows), _model.Vocabulary);

    private sealed class ThirdTokenBias(int token) : ITokenBias
    {
        private readonly TokenBonus[] _bonus = [new(token, 100)];

        public List<int> Seen { get; } = [];

        public int Start => 0;

        public ReadOnlySpan<TokenBonus> Bonuses(int state) => state == 2 ? _bonus : [];

        public int Next(int state, int token)
        {
            Seen.Add(token);
            return state + 1;
        }
    }

    private sealed class CancellingBias(CancellationTokenSource cancel) : ITokenBias
    {
        public int Start => 0;

        public ReadOnlySpan<TokenBonus> Bonuses(int state) => [];

        public int Next(int state, int token)
        {
            if (state == 2) cancel.Cancel();
            return state + 1;
        }
    }
}
