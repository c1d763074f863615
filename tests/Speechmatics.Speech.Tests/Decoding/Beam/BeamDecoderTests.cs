using System.Text;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.Beam;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Fusion;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Decoding.Beam;

public class BeamDecoderTests
{
    private static readonly TransducerVocabulary Tiny = new() { Pieces = ["<blk>", "\u2581a", "\u2581b"], BlankId = 0, ContextTokens = 2, Durations = [0, 1, 2], MaxSymbolsPerFrame = 8 };

    public static TheoryData<string> Clips => Golden.Clips;

    [Theory]
    [MemberData(nameof(Clips))]
    public async Task A_beam_of_one_takes_exactly_the_greedy_steps(string clip)
    {
        IAcousticModel model = await TestModel.English;
        var golden = Golden.Read(clip);
        foreach (var head in new[] { TransducerHead.Tdt, TransducerHead.Rnnt })
        {
            var tokens = await DecodeAsync(clip, head, new BeamDecoderState(model.Vocabulary, new DecoderSettings { BeamSize = 1 }), 8);
            Golden.AssertEqual(golden.For(head, 8), tokens, $"{clip}, {head}");
            Assert.Equal(await DecodeAsync(clip, head, new GreedyDecoderState(model.Vocabulary), 8), tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Clips))]
    public async Task A_beam_with_language_model_gives_the_same_tokens_in_any_split_and_from_any_snapshot(string clip)
    {
        IAcousticModel model = await TestModel.English;
        var phrases = new CustomVocabulary(["lots of sugar", "singularly"]).Compile(new PieceEncoder(model.Vocabulary.Pieces));
        var settings = new DecoderSettings { BeamSize = 4, PauseFrames = 8, Fusion = new ShallowFusion(Language.Model, 0.4f, phrases) };
        var expected = await DecodeAsync(clip, TransducerHead.Tdt, settings.CreateState(model.Vocabulary), int.MaxValue);
        Assert.NotEmpty(expected);
        foreach (var split in new[] { 1, 3, 8 })
        {
            Assert.Equal(expected, await DecodeAsync(clip, TransducerHead.Tdt, settings.CreateState(model.Vocabulary), split));
            Assert.Equal(expected, await DecodeAsync(clip, TransducerHead.Tdt, settings.CreateState(model.Vocabulary), split, restore: () => settings.CreateState(model.Vocabulary)));
        }

        Assert.True(expected.Zip(expected.Skip(1)).All(pair => pair.First.StartFrame <= pair.Second.StartFrame));
    }

    [Theory]
    [InlineData(TransducerHead.Tdt)]
    [InlineData(TransducerHead.Rnnt)]
    public void A_wide_beam_sums_every_path_of_every_transcript(TransducerHead head)
    {
        const int Frames = 4;
        for (var seed = 0; seed < 30; seed++)
        {
            var script = RandomLogits(head, seed);
            var state = Decode(head, script, Frames, new BeamDecoderState(Tiny, new DecoderSettings { BeamSize = 64 }, pruneNats: double.PositiveInfinity));
            var sums = new Dictionary<string, double>();
            Enumerate(head, script, Frames, 0, [], 0, sums);
            var found = state.Alternatives();
            Assert.Equal(sums.Count, found.Count);
            foreach (var (score, tokens) in found)
                Assert.Equal(sums[string.Join(' ', tokens.Select(token => token.Id))], score, 1e-4);
            Assert.Equal(1, found.Sum(alternative => Math.Exp(alternative.Score)), 1e-4);

            var best = sums.MaxBy(pair => pair.Value / (Length(pair.Key) + 1)).Key;
            Assert.Equal(best, string.Join(' ', found[0].Tokens.Select(token => token.Id)));
        }
    }

    [Theory]
    [InlineData(TransducerHead.Tdt)]
    [InlineData(TransducerHead.Rnnt)]
    public void A_narrow_beam_never_claims_more_than_the_sum_of_all_paths_and_mostly_finds_the_best_transcript(TransducerHead head)
    {
        const int Frames = 4;
        var (hits, greedyHits) = (0, 0);
        for (var seed = 100; seed < 160; seed++)
        {
            var script = RandomLogits(head, seed);
            var sums = new Dictionary<string, double>();
            Enumerate(head, script, Frames, 0, [], 0, sums);
            var best = sums.MaxBy(pair => pair.Value / (Length(pair.Key) + 1)).Key;
            var narrow = Decode(head, script, Frames, new BeamDecoderState(Tiny, new DecoderSettings { BeamSize = 8 })).Alternatives();
            foreach (var (score, tokens) in narrow)
                Assert.True(score <= sums[string.Join(' ', tokens.Select(token => token.Id))] + 1e-4);
            if (best == string.Join(' ', narrow[0].Tokens.Select(token => token.Id))) hits++;
            var greedy = Decode(head, script, Frames, new BeamDecoderState(Tiny, new DecoderSettings { BeamSize = 1 })).Alternatives();
            if (best == string.Join(' ', greedy[0].Tokens.Select(token => token.Id))) greedyHits++;
        }

        Assert.True(hits >= 48 && hits > greedyHits, $"{hits} of 60, greedy {greedyHits}");
    }

    [Fact]
    public void Memory_follows_what_is_uncertain_and_tokens_come_out_at_a_bounded_delay()
    {
        var random = new Random(5);
        var noise = Enumerable.Range(0, 5000).Select(_ => new[] { 0f, (float)random.NextDouble() * 3, (float)random.NextDouble() * 3, 0, 2, 1 }).ToArray();
        var state = new BeamDecoderState(Tiny, new DecoderSettings { BeamSize = 4, DecisionFrames = 10 });
        using var network = new LatticeNetwork(Tiny, 8, (frame, _) => noise[frame]);
        var decoder = new TransducerDecoder(network, Tiny, TransducerHead.Tdt, 16);
        var (chunk, tokens, largest) = (Numbers(noise.Length), new TokenBuffer(), 0);
        for (var first = 0; first < noise.Length; first += 4)
        {
            chunk.FirstFrame = first;
            decoder.Decode(chunk, [new DecodeRow(state, tokens, 0, first, first + 4)]);
            largest = Math.Max(largest, state.TreeSize);
            if (state.Pending.Count > 0) Assert.True(state.Pending.Tokens[0].StartFrame >= first + 4 - 10);
        }

        Assert.True(tokens.Count > 2000, $"{tokens.Count} tokens");
        Assert.True(largest < 150, $"{largest} nodes");
        state.Finish(tokens);
        Assert.Equal((1, 1), (state.Count, state.TreeSize));
    }

    [Fact]
    public async Task Greedy_sessions_and_beams_of_any_size_share_joiner_runs_and_do_not_touch_each_other()
    {
        IAcousticModel model = await TestModel.English;
        var clips = Golden.Clips.Select(c => c.Data).Take(6).ToArray();
        DecoderSettings[] settings = [new(), new() { BeamSize = 4 }, new() { BeamSize = 8, Fusion = new ShallowFusion(Language.Model, 0.4f, null) }, new() { Fusion = new ShallowFusion(Language.Model, 0.4f, null) }];
        var goldens = clips.Select(Golden.Read).ToArray();
        var frames = goldens.Select(g => g.ReadEncoded()).ToArray();
        using var network = model.CreateTransducer(TransducerHead.Tdt, 12);
        var decoder = new TransducerDecoder(network, model.Vocabulary, TransducerHead.Tdt, 64);
        var chunk = new EncodedFrames(network.Width, frames);
        var rows = clips.Select((_, i) => new DecodeRow(settings[i % 4].CreateState(model.Vocabulary), new TokenBuffer(), i, 0, goldens[i].EncoderFrames)).ToArray();
        decoder.Decode(chunk, rows);
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].State.Finish(rows[i].Tokens);
            Assert.Equal(await DecodeAsync(clips[i], TransducerHead.Tdt, settings[i % 4].CreateState(model.Vocabulary), int.MaxValue), rows[i].Tokens.Tokens.ToArray());
        }

        Assert.True(decoder.JoinerRuns < decoder.JointEvaluations / 3, $"{decoder.JoinerRuns} runs of {decoder.JointEvaluations} rows");
    }

    [Fact]
    public async Task A_beam_allocates_nothing_in_steady_state()
    {
        IAcousticModel model = await TestModel.English;
        var golden = Golden.Read(Golden.Clips.First().Data);
        using var network = model.CreateTransducer(TransducerHead.Tdt, 8);
        var decoder = new TransducerDecoder(network, model.Vocabulary, TransducerHead.Tdt, 1024);
        var chunk = new EncodedFrames(network.Width, golden.ReadEncoded());
        var (state, tokens) = (new DecoderSettings { BeamSize = 4, Fusion = new ShallowFusion(Language.Model, 0.4f, null) }.CreateState(model.Vocabulary), new TokenBuffer());
        DecodeRow[] rows = [new(state, tokens, 0, 0, golden.EncoderFrames)];
        long allocated = 0;
        for (var pass = 0; pass < 4; pass++)
        {
            state.Reset();
            tokens.Clear();
            var before = GC.GetAllocatedBytesForCurrentThread();
            decoder.Decode(chunk, rows);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.True(tokens.Count > 0);
        Assert.Equal(0, allocated);
    }

    private static LanguageModel Language { get; } = LanguageModel.Load(Path.Combine(Repository.EnglishModel, "ngram.bin"));

    private static int Length(string transcript) => transcript.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>Logits for each frame and context; after two tokens only blank, so that no transcript is longer.</summary>
    private static Func<int, int[], float[]> RandomLogits(TransducerHead head, int seed) => (frame, context) =>
    {
        var random = new Random((((seed * 31) + frame) * 31 * 31) + (context[0] * 31) + context[1]);
        var logits = Enumerable.Range(0, head == TransducerHead.Tdt ? 6 : 3).Select(_ => (float)random.NextDouble() * 4).ToArray();
        if (context[0] != 0) logits[1] = logits[2] = float.NegativeInfinity;
        return logits;
    };

    private static void Enumerate(TransducerHead head, Func<int, int[], float[]> script, int frames, int frame, int[] transcript, double log, Dictionary<string, double> sums)
    {
        if (frame >= frames)
        {
            var key = string.Join(' ', transcript);
            sums[key] = Math.Log((sums.TryGetValue(key, out var sum) ? Math.Exp(sum) : 0) + Math.Exp(log));
            return;
        }

        int[] context = [.. new[] { 0, 0 }.Concat(transcript).TakeLast(2)];
        var logits = script(frame, context);
        var tokens = LogSoftmax(logits[..3]);
        var durations = head == TransducerHead.Tdt ? LogSoftmax(logits[3..]) : [0];
        for (var token = 0; token < 3; token++)
        {
            if (double.IsNegativeInfinity(tokens[token])) continue;
            for (var d = 0; d < durations.Length; d++)
            {
                var moves = head == TransducerHead.Tdt ? Tiny.Durations[d] : token == 0 ? 1 : 0;
                if (token == 0 && moves == 0) moves = 1;
                Enumerate(head, script, frames, frame + moves, token == 0 ? transcript : [.. transcript, token], log + tokens[token] + durations[d], sums);
            }
        }
    }

    private static double[] LogSoftmax(float[] logits)
    {
        var total = Math.Log(logits.Sum(logit => Math.Exp(logit)));
        return [.. logits.Select(logit => logit - total)];
    }

    private static BeamDecoderState Decode(TransducerHead head, Func<int, int[], float[]> script, int frames, BeamDecoderState state)
    {
        var vocabulary = head == TransducerHead.Tdt ? Tiny : Tiny with { Durations = [] };
        using var network = new LatticeNetwork(vocabulary, 64, script);
        new TransducerDecoder(network, vocabulary, head, 16).Decode(Numbers(frames), [new DecodeRow(state, new TokenBuffer(), 0, 0, frames)]);
        return state;
    }

    private static EncodedFrames Numbers(int count) => new(2, [.. Enumerable.Range(0, count).SelectMany(i => new[] { i, 0f })]);

    private static async Task<EmittedToken[]> DecodeAsync(string clip, TransducerHead head, DecoderState state, int split, Func<DecoderState>? restore = null)
    {
        IAcousticModel model = await TestModel.English;
        var golden = Golden.Read(clip);
        var encoded = new EncodedFrames(golden.Width, golden.ReadEncoded());
        using var network = model.CreateTransducer(head, 8);
        var decoder = new TransducerDecoder(network, model.Vocabulary, head, 256);
        var tokens = new TokenBuffer();
        for (long first = 0; first < golden.EncoderFrames; first += split)
        {
            encoded.FirstFrame = (int)first;
            decoder.Decode(encoded, [new DecodeRow(state, tokens, 0, first, Math.Min(first + split, golden.EncoderFrames))]);
            if (restore is null) continue;
            using var stream = new MemoryStream();
            using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true)) state.Save(writer);
            stream.Position = 0;
            state = restore();
            state.Load(new BinaryReader(stream), model.Vocabulary);
        }

        state.Finish(tokens);
        return tokens.Tokens.ToArray();
    }
}
