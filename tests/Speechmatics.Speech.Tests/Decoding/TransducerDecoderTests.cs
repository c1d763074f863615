using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Decoding;

public class TransducerDecoderTests
{
    // durations out of order and with gaps: a decoder that takes the index for the duration fails
    private static readonly TransducerVocabulary Vocabulary = new()
    {
        Pieces = ["<blk>", "▁a", "b", "c"],
        BlankId = 0,
        ContextTokens = 2,
        Durations = [2, 0, 1, 6],
        MaxSymbolsPerFrame = 3,
    };

    [Fact]
    public void A_duration_that_passes_the_chunk_is_carried_into_the_next()
    {
        var tokens = Decode(TransducerHead.Tdt, frames: 12, chunk: 4, (frame, _) => frame switch { 3 => (1, 6), 9 => (2, 2), < 3 => (0, 1), < 9 => (3, 1), _ => (0, 1) });
        Assert.Equal([(1, 3L, 6), (2, 9L, 2)], tokens);
    }

    [Fact]
    public void A_duration_may_pass_whole_chunks()
    {
        var tokens = Decode(TransducerHead.Tdt, frames: 10, chunk: 2, (frame, _) => frame switch { 0 => (0, 1), 1 => (1, 6), 7 => (2, 1), < 7 => (3, 1), _ => (0, 2) });
        Assert.Equal([(1, 1L, 6), (2, 7L, 1)], tokens);
    }

    [Fact]
    public void Blank_without_duration_goes_one_frame_on()
    {
        var visited = new List<int>();
        Decode(TransducerHead.Tdt, frames: 5, chunk: 5, (frame, _) =>
        {
            visited.Add(frame);
            return (0, 0);
        });
        Assert.Equal([0, 1, 2, 3, 4], visited);
    }

    [Fact]
    public void Tokens_without_duration_stay_on_the_frame_up_to_the_limit()
    {
        var tokens = Decode(TransducerHead.Tdt, frames: 2, chunk: 1, (frame, _) => frame == 0 ? (2, 0) : (0, 1));
        Assert.Equal([(2, 0L, 0), (2, 0L, 0), (2, 0L, 0)], tokens);
    }

    [Fact]
    public void The_last_token_a_frame_may_have_keeps_its_own_duration()
    {
        var tokens = Decode(TransducerHead.Tdt, frames: 8, chunk: 8, (frame, context) => (frame, context) switch
        {
            (0, [2, 2]) => (3, 6),
            (0, _) => (2, 0),
            (6, _) => (1, 1),
            _ => (0, 1),
        });
        Assert.Equal([(2, 0L, 0), (2, 0L, 0), (3, 0L, 6), (1, 6L, 1)], tokens);
    }

    [Fact]
    public void Rnnt_stays_on_a_frame_until_blank_or_the_limit()
    {
        var tokens = Decode(TransducerHead.Rnnt, frames: 4, chunk: 2, (frame, context) => (frame, context[^1]) switch
        {
            (1, 0) => (1, 0),
            (1, 1) => (2, 0),
            (3, _) => (3, 0),
            _ => (0, 0),
        });
        Assert.Equal([(1, 1L, 0), (2, 1L, 0), (3, 3L, 0), (3, 3L, 0), (3, 3L, 0)], tokens);
    }

    [Fact]
    public void Blank_never_enters_the_context_and_a_fresh_context_is_blank()
    {
        var contexts = new List<string>();
        Decode(TransducerHead.Rnnt, frames: 3, chunk: 3, (frame, context) =>
        {
            contexts.Add(string.Join(",", context));
            return frame == 1 && context[^1] == 0 ? (3, 0) : (0, 0);
        });
        Assert.Equal(["0,0", "0,0", "0,3", "0,3"], contexts);
    }

    [Fact]
    public void Frames_from_the_end_frame_on_are_left_for_a_later_call()
    {
        using var network = new ScriptedNetwork(Vocabulary, 1, (frame, _) => (1, 1));
        var decoder = new TransducerDecoder(network, Vocabulary, TransducerHead.Tdt);
        var (state, tokens, chunk) = (new GreedyDecoderState(Vocabulary), new TokenBuffer(), Frames(8));
        decoder.Decode(chunk, [new DecodeRow(state, tokens, 0, 0, 3)]);
        Assert.Equal(3, state.NextFrame);
        decoder.Decode(chunk, [new DecodeRow(state, tokens, 0, 0, 3)]);
        Assert.Equal(3, tokens.Count);
        decoder.Decode(chunk, [new DecodeRow(state, tokens, 0, 0, 8)]);
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7], tokens.Tokens.ToArray().Select(t => t.StartFrame));
    }

    [Fact]
    public void A_chunk_that_begins_after_the_next_frame_is_misuse_unless_the_state_was_told()
    {
        using var network = new ScriptedNetwork(Vocabulary, 1, (_, _) => (0, 1));
        var decoder = new TransducerDecoder(network, Vocabulary, TransducerHead.Tdt);
        var (state, tokens) = (new GreedyDecoderState(Vocabulary), new TokenBuffer());
        Assert.Throws<ArgumentException>(() => decoder.Decode(Frames(4), [new DecodeRow(state, tokens, 0, 8, 12)]));
        state.SkipTo(8);
        decoder.Decode(Frames(4), [new DecodeRow(state, tokens, 0, 8, 12)]);
        Assert.Equal(12, state.NextFrame);
    }

    [Fact]
    public void Rows_advance_together_in_one_joiner_run_and_drop_out_when_done()
    {
        using var network = new ScriptedNetwork(Vocabulary, 3, (_, _) => (0, 1));
        var decoder = new TransducerDecoder(network, Vocabulary, TransducerHead.Tdt);
        DecodeRow[] rows = [.. new[] { 2, 4, 1 }.Select(end => new DecodeRow(new GreedyDecoderState(Vocabulary), new TokenBuffer(), 0, 0, end))];
        decoder.Decode(Frames(4), rows);
        Assert.Equal([3, 2, 1, 1], network.JoinerRuns);
        Assert.Equal(7, decoder.JointEvaluations);
    }

    [Fact]
    public void Missing_contexts_of_one_round_are_computed_in_one_predictor_run_and_then_remembered()
    {
        using var network = new ScriptedNetwork(Vocabulary, 3, (frame, context) => context[^1] == 0 ? (frame + 1, 1) : (0, 1));
        var decoder = new TransducerDecoder(network, Vocabulary, TransducerHead.Tdt);
        var chunk = new EncodedFrames(network.Width, [.. Enumerable.Range(0, 3).Select(row => Frame(row, network.Width, 6))]);
        for (var pass = 0; pass < 2; pass++)
            decoder.Decode(chunk, [.. Enumerable.Range(0, 3).Select(row => new DecodeRow(new GreedyDecoderState(Vocabulary), new TokenBuffer(), row, 0, 6))]);
        Assert.Equal([3, 3], network.PredictorRuns);
        Assert.Equal(6, decoder.Cache.Misses);
        Assert.Equal(30, decoder.Cache.Hits);
    }

    [Fact]
    public async Task A_session_decodes_alike_alone_and_among_others_with_any_cache()
    {
        IAcousticModel model = await TestModel.English;
        var goldens = Golden.Clips.Select(c => Golden.Read(c.Data)).ToArray();
        var encoded = goldens.Select(g => g.ReadEncoded()).ToArray();
        using var network = model.CreateTransducer(TransducerHead.Tdt, goldens.Length);
        EmittedToken[][] Run(IEnumerable<int[]> groups, int cache)
        {
            var tokens = goldens.Select(_ => new TokenBuffer()).ToArray();
            var decoder = new TransducerDecoder(network, model.Vocabulary, TransducerHead.Tdt, cache);
            var chunk = new EncodedFrames(network.Width, encoded);
            foreach (var group in groups)
                decoder.Decode(chunk, [.. group.Select(i => new DecodeRow(new GreedyDecoderState(model.Vocabulary), tokens[i], i, 0, goldens[i].EncoderFrames))]);
            return [.. tokens.Select(t => t.Tokens.ToArray())];
        }

        int[] all = [.. Enumerable.Range(0, goldens.Length)];
        var alone = Run(all.Select(i => new[] { i }), 1);
        foreach (var other in new[] { Run([all], 4096), Run([[.. all.Reverse()]], 1), Run(all.Chunk(3), 64) })
            for (var i = 0; i < goldens.Length; i++)
                Assert.Equal(alone[i], other[i]);
        Assert.All(alone.SelectMany(t => t), t => Assert.InRange(t.LogProbability, -20, 0));
        Assert.True(alone.SelectMany(t => t).Average(t => Math.Exp(t.LogProbability)) is > 0.4 and < 1);
    }

    [Fact]
    public async Task Decoding_allocates_nothing_in_steady_state()
    {
        IAcousticModel model = await TestModel.English;
        var golden = Golden.Read(Golden.Clips.First().Data);
        using var network = model.CreateTransducer(TransducerHead.Tdt, 2);
        var decoder = new TransducerDecoder(network, model.Vocabulary, TransducerHead.Tdt, cacheCapacity: 8);
        var chunk = new EncodedFrames(network.Width, golden.ReadEncoded());
        GreedyDecoderState[] states = [new(model.Vocabulary), new(model.Vocabulary)];
        TokenBuffer[] tokens = [new(), new()];
        DecodeRow[] rows = [new(states[0], tokens[0], 0, 0, golden.EncoderFrames), new(states[1], tokens[1], 0, 0, golden.EncoderFrames / 2)];
        long allocated = 0;
        for (var pass = 0; pass < 5; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 2; i++)
            {
                states[i].Reset();
                tokens[i].Clear();
            }

            decoder.Decode(chunk, rows);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.True(tokens[0].Count > 0);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_saved_state_goes_on_where_it_stopped()
    {
        var state = new GreedyDecoderState(Vocabulary);
        state.SkipTo(5_000_000_000);
        state.Push(3);
        state.Push(1);
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
            state.Save(writer);
        stream.Position = 0;
        var copy = new GreedyDecoderState(Vocabulary);
        copy.Load(new BinaryReader(stream), Vocabulary);
        Assert.Equal((5_000_000_000, 2), (copy.NextFrame, copy.SymbolsOnFrame));
        Assert.Equal([3, 1], copy.Context().ToArray());

        stream.Position = 0;
        var longer = Vocabulary with { ContextTokens = 3 };
        Assert.Throws<InvalidDataException>(() => new GreedyDecoderState(longer).Load(new BinaryReader(stream), longer));
        stream.Position = 0;
        var smaller = Vocabulary with { Pieces = ImmutableArray.Create("<blk>", "▁a") };
        Assert.Throws<InvalidDataException>(() => new GreedyDecoderState(smaller).Load(new BinaryReader(stream), smaller));
    }

    private static (int Id, long Frame, int Duration)[] Decode(TransducerHead head, int frames, int chunk, Func<int, int[], (int Token, int Duration)> script)
    {
        var vocabulary = head == TransducerHead.Tdt ? Vocabulary : Vocabulary with { Durations = [] };
        using var network = new ScriptedNetwork(vocabulary, 1, script);
        var decoder = new TransducerDecoder(network, vocabulary, head);
        var (state, tokens, encoded) = (new GreedyDecoderState(vocabulary), new TokenBuffer(), Frames(frames));
        for (var first = 0; first < frames; first += chunk)
        {
            encoded.FirstFrame = first;
            decoder.Decode(encoded, [new DecodeRow(state, tokens, 0, first, first + chunk)]);
        }

        return [.. tokens.Tokens.ToArray().Select(t => (t.Id, t.StartFrame, t.DurationFrames))];
    }

    /// <summary>Encoder frames whose content is their own number.</summary>
    private static EncodedFrames Frames(int count)
    {
        var width = 1 + Vocabulary.ContextTokens;
        var floats = new float[count * width];
        for (var i = 0; i < count; i++)
            floats[i * width] = i;
        return new EncodedFrames(width, floats);
    }

    private static float[] Frame(float content, int width, int count)
    {
        var floats = new float[count * width];
        for (var i = 0; i < count; i++)
            floats[i * width] = content;
        return floats;
    }
}
