using CsCheck;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Tests.Cli;

public class WordAlignerTests
{
    private static readonly Gen<string[]> Texts = Gen.OneOfConst("a", "b", "c", "d").Array[0, 24];

    [Theory]
    [InlineData("", "", 0, 0, 0)]
    [InlineData("a b c", "a b c", 0, 0, 0)]
    [InlineData("a b c", "", 0, 0, 3)]
    [InlineData("", "a b c", 0, 3, 0)]
    [InlineData("a b c", "a x c", 1, 0, 0)]
    [InlineData("a b c", "a c", 0, 0, 1)]
    [InlineData("a c", "a b c", 0, 1, 0)]
    [InlineData("the cat sat on the mat", "the cat sit on mat now", 1, 1, 1)]
    [InlineData("k i t t e n", "s i t t i n g", 2, 1, 0)]
    [InlineData("s u n d a y", "s a t u r d a y", 1, 2, 0)]
    public void Known_texts_have_their_known_counts(string reference, string hypothesis, int substitutions, int insertions, int deletions)
    {
        var counts = ErrorCounts.Of(WordAligner.Align(Split(reference), Split(hypothesis)));
        Assert.Equal((substitutions, insertions, deletions), (counts.Substitutions, counts.Insertions, counts.Deletions));
    }

    [Fact]
    public void The_columns_of_an_alignment_give_back_both_texts() => Gen.Select(Texts, Texts).Sample((reference, hypothesis) =>
    {
        var alignment = WordAligner.Align(reference, hypothesis);
        Assert.Equal(reference, alignment.Where(w => w.Reference is not null).Select(w => w.Reference!));
        Assert.Equal(hypothesis, alignment.Where(w => w.Hypothesis is not null).Select(w => w.Hypothesis!));
        Assert.DoesNotContain(alignment, w => w is { Reference: null, Hypothesis: null });
    });

    [Fact]
    public void No_alignment_has_fewer_errors() => Gen.Select(Gen.OneOfConst("a", "b", "c").Array[0, 6], Gen.OneOfConst("a", "b", "c").Array[0, 6])
        .Sample((reference, hypothesis) => Assert.Equal(Distance(reference, hypothesis), Errors(reference, hypothesis)));

    [Fact]
    public void Swapping_the_texts_swaps_insertions_and_deletions() => Gen.Select(Texts, Texts).Sample((one, other) =>
    {
        var there = ErrorCounts.Of(WordAligner.Align(one, other));
        var back = ErrorCounts.Of(WordAligner.Align(other, one));
        Assert.Equal(there, new ErrorCounts(back.Matches, back.Substitutions, Insertions: back.Deletions, Deletions: back.Insertions));
    });

    [Fact]
    public void Errors_obey_the_triangle_inequality() => Gen.Select(Texts, Texts, Texts)
        .Sample((a, b, c) => Assert.True(Errors(a, c) <= Errors(a, b) + Errors(b, c)));

    [Fact]
    public void A_text_has_no_errors_against_itself() => Texts.Sample(text => Assert.Equal(0, Errors(text, text)));

    [Fact]
    public void Halving_long_texts_changes_no_count() => Gen.Select(Texts, Texts, Gen.Int[1, 60]).Sample((reference, hypothesis, maxCells) =>
    {
        var alignment = WordAligner.Align(reference, hypothesis, maxCells);
        Assert.Equal(ErrorCounts.Of(WordAligner.Align(reference, hypothesis)), ErrorCounts.Of(alignment));
        Assert.Equal(reference, alignment.Where(w => w.Reference is not null).Select(w => w.Reference!));
        Assert.Equal(hypothesis, alignment.Where(w => w.Hypothesis is not null).Select(w => w.Hypothesis!));
    });

    [Fact]
    public void Rates_of_texts_without_words_are_not_invented()
    {
        Assert.Null(ErrorCounts.Of(WordAligner.Align([], ["a"])).Rate);
        Assert.Equal(2.0, ErrorCounts.Of(WordAligner.Align(["a"], ["b", "c"])).Rate);
    }

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static long Errors(string[] reference, string[] hypothesis) => ErrorCounts.Of(WordAligner.Align(reference, hypothesis)).Errors;

    // the definition, by recursion
    private static long Distance(ReadOnlySpan<string> a, ReadOnlySpan<string> b)
    {
        if (a.IsEmpty)
            return b.Length;
        if (b.IsEmpty)
            return a.Length;
        if (a[0] == b[0])
            return Distance(a[1..], b[1..]);
        return 1 + Math.Min(Distance(a[1..], b[1..]), Math.Min(Distance(a[1..], b), Distance(a, b[1..])));
    }
}
