using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.Biasing;
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
        Assert.True(withMel.Length >= 2);
        foreach (var golden in withMel)
        {
            var reading = Decode(decoder, RowOf(golden, golden.Mel()!));
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
            var rows = clips.Select(g => RowOf(g, g.ComputeMel())).ToArray();
            var alone = rows.Select(row => Decode(decoder, row)).ToArray();
            for (var i = 0; i < clips.Length; i++) Assert.Equal(clips[i].Ids, alone[i].Tokens.ToArray());

            // the whole group, and in another order with one of them twice
            AssertSame(decoder, rows, alone, [.. Enumerable.Range(0, rows.Length)]);
            AssertSame(decoder, rows, alone, [.. Enumerable.Range(0, rows.Length).Reverse(), 0]);
        }
    }

    [Fact]
    public void A_beam_of_one_takes_exactly_the_greedy_steps()
    {
        using var decoder = CreateDecoder(1);
        using var network = _model.CreateNetwork(1);
        var beam = new AttentionBeam(network, _model.Vocabulary);
        foreach (var golden in EnhancedGolden.Load().Where(g => g.PaddedSeconds <= 10).Take(4))
        {
            var row = RowOf(golden, golden.ComputeMel());
            foreach (var limit in new[] { row.MaxTokens, 2 })
            {
                var greedy = Decode(decoder, row with { MaxTokens = limit });
                var reading = new AttentionHypothesis();
                reading.Begin(network.Layout.AlignmentHeads, row.AlignmentFrames);
                network.Begin(1, row.Mel.Length / network.Layout.MelBins);
                network.Encode(0, row.Mel.Span);
                network.Step([.. _model.Vocabulary.Prompt.Select(id => (long)id)], _model.Vocabulary.Prompt.Length);
                beam.Read(row with { MaxTokens = limit }, reading, () => { });
                Assert.Equal(greedy.Stop, reading.Stop);
                Assert.Equal(greedy.Tokens.ToArray(), reading.Tokens.ToArray());
                Assert.Equal(greedy.AlignmentRows, reading.AlignmentRows);
                Assert.Equal(greedy.MeanLogProbability, reading.MeanLogProbability, 1e-3f);
            }
        }
    }

    [Fact]
    public void A_beam_finds_what_the_model_is_sure_of_alone_and_among_others_bit_for_bit()
    {
        using var decoder = CreateDecoder(4);
        var clips = EnhancedGolden.Load().GroupBy(g => g.PaddedSeconds).MaxBy(group => group.Count())!.Take(4).ToArray();
        var rows = clips.Select((g, i) => RowOf(g, g.ComputeMel()) with { BeamSize = i == 1 ? 1 : 4 }).ToArray();
        var alone = rows.Select(row => Decode(decoder, row)).ToArray();
        for (var i = 0; i < rows.Length; i++) Assert.Equal(clips[i].Ids, alone[i].Tokens.ToArray());
        AssertSame(decoder, rows, alone, [.. Enumerable.Range(0, rows.Length)]);
    }

    [Fact]
    public void Rows_that_share_an_utterance_see_what_rows_of_their_own_would_bit_for_bit()
    {
        var mel = EnhancedGolden.Named("orders-007").ComputeMel();
        var prompt = _model.Vocabulary.Prompt.Select(id => (long)id).ToArray();
        using var shared = _model.CreateNetwork(3);
        shared.Begin(1, mel.Length / 80);
        shared.Encode(0, mel);
        shared.Step(prompt, prompt.Length);
        shared.Branch([0, 0, 0]);
        shared.Step([314, 423, 257], 1);
        shared.Branch([1, 0]);
        shared.Step([257, 423], 1);

        using var own = _model.CreateNetwork(2);
        own.Begin(2, mel.Length / 80);
        own.Encode(0, mel);
        own.Encode(1, mel);
        own.Step([.. prompt, .. prompt], prompt.Length);
        own.Step([423, 314], 1);
        own.Step([257, 423], 1);
        for (var row = 0; row < 2; row++)
        {
            Assert.True(own.Logits(row).SequenceEqual(shared.Logits(row)));
            for (var head = 0; head < own.Layout.AlignmentHeads; head++) Assert.True(own.Alignment(row, head).SequenceEqual(shared.Alignment(row, head)));
        }
    }

    [Fact]
    public void A_row_that_may_have_few_tokens_stops_and_the_others_go_on()
    {
        var golden = EnhancedGolden.Named("orders-007");
        var row = RowOf(golden, golden.ComputeMel());
        using var decoder = CreateDecoder(2);
        var (cut, whole) = (new AttentionHypothesis(), new AttentionHypothesis());
        decoder.Decode([row with { MaxTokens = 2 }, row], [cut, whole], default);
        Assert.Equal(AttentionStop.TooManyTokens, cut.Stop);
        Assert.Equal(golden.Ids[..3], cut.Tokens.ToArray());
        Assert.Equal(golden.Ids, whole.Tokens.ToArray());
    }

    [Fact]
    public void A_phrase_is_preferred_where_it_was_nearly_heard_and_nowhere_else()
    {
        var encoder = new BytePairEncoder(_model.Vocabulary);
        using var decoder = CreateDecoder(8);
        Assert.Equal(" I do my homewalk 2", Read("accented-child-015", null, 1));
        Assert.Equal(" I do my homework too.", Read("accented-child-015", Phrases(3), 1));

        // however much it is wanted
        foreach (var beamSize in new[] { 1, 4 }) Assert.Equal(Read("orders-007", null, beamSize), Read("orders-007", Phrases(20), beamSize));

        PhraseAutomaton Phrases(float weight) => new CustomVocabulary(["homework", "crayfish"]) { DefaultWeight = weight }.Compile(encoder);

        string Read(string clip, PhraseAutomaton? wanted, int beamSize) => Text(Decode(decoder, RowOf(clip) with { BeamSize = beamSize, Phrases = wanted }));
    }

    [Fact]
    public void A_beam_finds_a_likelier_text_that_the_greedy_steps_pass_by()
    {
        using var decoder = CreateDecoder(4);
        var (greedy, beam) = (Decode(decoder, RowOf("accented-child-015")), Decode(decoder, RowOf("accented-child-015") with { BeamSize = 4 }));
        Assert.True(beam.MeanLogProbability > greedy.MeanLogProbability);
        Assert.Equal(" I do my homework too.", Text(beam));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_cancelled_reading_throws_and_the_decoder_can_be_used_again(int beamSize)
    {
        var golden = EnhancedGolden.Named("orders-007");
        using var cancel = new CancellationTokenSource();
        var runs = 0;
        using var decoder = new AttentionDecoder(_model.CreateNetwork(3), _model.Vocabulary, () =>
        {
            if (++runs == 5) cancel.Cancel();
        });
        var reading = new AttentionHypothesis();
        var row = RowOf(golden, golden.ComputeMel()) with { BeamSize = beamSize };
        Assert.Throws<OperationCanceledException>(() => decoder.Decode([row], [reading], cancel.Token));
        Assert.True(reading.Tokens.Length < golden.Ids.Length);
        decoder.Decode([row], [reading], default);
        Assert.Equal(golden.Ids, reading.Tokens.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Reading_allocates_nothing_once_the_buffers_are_there(int beamSize)
    {
        var golden = EnhancedGolden.Named("orders-007");
        var phrases = new CustomVocabulary(["coffee"]).Compile(new BytePairEncoder(_model.Vocabulary));
        var row = RowOf(golden, golden.ComputeMel()) with { BeamSize = beamSize };
        AttentionRow[] rows = [row, row with { Phrases = phrases }];
        AttentionHypothesis[] readings = [new(), new()];
        using var decoder = CreateDecoder(2);
        decoder.Decode(rows, readings, default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(rows, readings, default);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static AttentionHypothesis Decode(AttentionDecoder decoder, AttentionRow row)
    {
        var reading = new AttentionHypothesis();
        decoder.Decode([row], [reading], default);
        return reading;
    }

    private static AttentionRow RowOf(string clip) =>
        new() { Mel = EnhancedGolden.MelOf(WaveFile.Read(Path.Combine(Repository.SampleAudio, clip + ".wav"))), MaxTokens = 100 };

    private string Text(AttentionHypothesis reading) => string.Concat(reading.Tokens.ToArray().Select(id => System.Text.Encoding.UTF8.GetString(_model.Vocabulary.Bytes(id))));

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
}
