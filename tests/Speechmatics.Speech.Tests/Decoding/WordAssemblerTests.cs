using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding;

public class WordAssemblerTests
{
    private const double FrameSeconds = 0.08;

    private static readonly WordPieces Pieces = new(new TransducerVocabulary
    {
        Pieces = ["<blk>", "<unk>", "▁go", "od", "▁", "s", "<0xC3>", "<0xA9>", "▁x"],
        BlankId = 0,
        ContextTokens = 2,
        Durations = [0, 1, 2],
        MaxSymbolsPerFrame = 5,
    });

    [Fact]
    public void A_mark_begins_a_word_and_other_pieces_continue_it()
    {
        Assert.Equal(["good", "goods", "x"], Texts((2, 0), (3, 1), (2, 3), (3, 4), (5, 5), (8, 7)));
    }

    [Fact]
    public void A_lone_mark_joins_the_next_piece_and_is_no_word()
    {
        Assert.Equal(["go", "s"], Texts((2, 0), (4, 1), (5, 2)));
        Assert.Equal(["go", "x"], Texts((2, 0), (4, 1), (8, 2)));
        Assert.Equal(["go"], Texts((2, 0), (4, 1)));
    }

    [Fact]
    public void A_word_starts_where_its_text_does()
    {
        var words = Assemble((4, 1), (5, 4));
        Assert.Equal(TimeSpan.FromSeconds(4 * FrameSeconds), Assert.Single(words.Words).Start);
    }

    [Fact]
    public void Byte_pieces_make_characters_and_unknown_pieces_are_shown()
    {
        Assert.Equal(["goé"], Texts((2, 0), (6, 1), (7, 2)));
        Assert.Equal(["go\u2047s"], Texts((2, 0), (1, 1), (5, 2)));
    }

    [Fact]
    public void A_first_piece_without_mark_is_a_word_too()
    {
        Assert.Equal(["s", "x"], Texts((5, 0), (8, 1)));
    }

    [Fact]
    public void Confidence_is_the_least_probability_of_the_words_tokens()
    {
        var words = new WordAssembler(Pieces, FrameSeconds);
        words.Append([new(2, 0, 1, MathF.Log(0.9f)), new(3, 1, 1, MathF.Log(0.25f)), new(5, 2, 1, MathF.Log(0.5f)), new(8, 4, 1, 0)]);
        Assert.Equal(0.25f, words.Words[0].Confidence, 1e-6f);
        Assert.Equal(1f, words.Words[1].Confidence);
    }

    [Fact]
    public void A_word_ends_after_its_last_token_but_not_after_the_next_word_begins()
    {
        var words = new WordAssembler(Pieces, FrameSeconds);
        words.Append([new(2, 10, 1, 0), new(3, 11, 3, 0)]);
        Assert.Equal((10, 14), FramesOf(words.Words[0]));
        Assert.Equal(14, words.SpeechEndFrame);
        words.Append([new(8, 12, 0, 0)]);
        Assert.Equal((10, 12), FramesOf(words.Words[0]));
        Assert.Equal((12, 13), FramesOf(words.Words[1]));
        words.Append([new(8, 12, 0, 0)]);
        Assert.Equal((12, 12), FramesOf(words.Words[1]));
        Assert.Equal(14, words.SpeechEndFrame);
    }

    [Fact]
    public void Words_already_given_out_never_change_and_the_last_may_grow()
    {
        var words = Assemble((2, 0));
        var first = words.Words[0];
        Assert.True(words.LastWordMayGrow);
        Assert.True(words.Append([new(3, 1, 1, 0)]));
        Assert.Equal("go", first.Text);
        Assert.Equal("good", Assert.Single(words.Words).Text);
        Assert.False(words.Append([]));
    }

    [Fact]
    public void Taken_words_leave_the_others_and_a_taken_last_word_is_closed()
    {
        var words = Assemble((2, 0), (8, 1), (5, 2), (2, 3));
        Assert.Equal(["go", "xs"], words.Take(2).Select(w => w.Text));
        Assert.Equal(["go"], words.Words.Select(w => w.Text));
        words.Append([new(3, 4, 1, 0)]);
        Assert.Equal(["good"], words.Take(1).Select(w => w.Text));
        Assert.False(words.LastWordMayGrow);
        words.Append([new(5, 5, 1, 0)]);
        Assert.Equal(["s"], words.Words.Select(w => w.Text));
        Assert.Throws<ArgumentOutOfRangeException>(() => words.Take(2));
        Assert.Empty(words.Take(0));
    }

    [Fact]
    public void After_the_end_of_an_utterance_any_piece_begins_a_word()
    {
        var words = Assemble((2, 0));
        words.CloseLastWord();
        words.Append([new(3, 20, 1, 0)]);
        Assert.Equal(["go", "od"], words.Words.Select(w => w.Text));
    }

    [Fact]
    public void Without_new_tokens_nothing_is_allocated()
    {
        var words = Assemble((2, 0), (8, 1));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            words.Append([]);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_saved_assembler_goes_on_with_the_same_words()
    {
        var words = Assemble((2, 0), (3, 1), (8, 5), (4, 7));
        words.Take(1);
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
            words.Save(writer);
        stream.Position = 0;
        var copy = new WordAssembler(Pieces, FrameSeconds);
        copy.Load(new BinaryReader(stream));
        foreach (var assembler in new[] { words, copy })
            assembler.Append([new(5, 9, 2, -1)]);
        Assert.Equal(words.Words, copy.Words);
        Assert.Equal(["x", "s"], copy.Words.Select(w => w.Text));
        Assert.Equal(words.SpeechEndFrame, copy.SpeechEndFrame);

        stream.GetBuffer()[13] = 99; // the first token's id
        stream.Position = 0;
        Assert.Throws<InvalidDataException>(() => copy.Load(new BinaryReader(stream)));
    }

    private static WordAssembler Assemble(params (int Id, long Frame)[] tokens)
    {
        var words = new WordAssembler(Pieces, FrameSeconds);
        foreach (var (id, frame) in tokens)
            words.Append([new(id, frame, 1, -0.1f)]);
        return words;
    }

    private static IEnumerable<string> Texts(params (int Id, long Frame)[] tokens)
    {
        var piecemeal = Assemble(tokens).Words.ToArray();
        var atOnce = new WordAssembler(Pieces, FrameSeconds);
        atOnce.Append([.. tokens.Select(t => new EmittedToken(t.Id, t.Frame, 1, -0.1f))]);
        Assert.Equal(piecemeal, atOnce.Words);
        return piecemeal.Select(w => w.Text);
    }

    private static (int Start, int End) FramesOf(RecognizedWord word) =>
        ((int)Math.Round(word.Start.TotalSeconds / FrameSeconds), (int)Math.Round(word.End.TotalSeconds / FrameSeconds));
}
