using CsCheck;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding.Biasing;

public class PhraseAutomatonTests
{
    // few pieces, so that random phrases meet and break often: 1-3 start words, 4-6 continue them
    private static readonly PieceEncoder Tiny = new(["<blk>", "\u2581a", "\u2581b", "\u2581c", "a", "b", "c", "\u2581"]);

    private static readonly Gen<PhraseSpelling[]> Phrases =
        from count in Gen.Int[1, 6]
        from phrases in Gen.Select(Gen.Int[1, 3], Gen.Int[1, 6].List[0, 4], Gen.Int[0, 4]).Array[count]
        select phrases.Select((phrase, i) => new PhraseSpelling([phrase.Item1, .. phrase.Item2], phrase.Item3, i)).ToArray();

    [Fact]
    public void What_stays_paid_is_the_bonus_of_the_leftmost_longest_phrases()
    {
        Gen.Select(Phrases, Gen.Int[1, 6].Array[0, 14], Gen.Bool).Sample((phrases, text, lends) =>
        {
            var automaton = new PhraseAutomaton(Tiny, phrases, lends);
            var (state, total) = (automaton.Start, 0f);
            foreach (var token in text) total += automaton.Step(state, token, out state);
            total += automaton.Finish(state);
            Assert.Equal(BruteForce(phrases, text, lends ? PhraseAutomaton.LoanNats : 0), total, 1e-4f);
        }, iter: 20_000);
    }

    [Fact]
    public void Never_is_more_taken_back_than_was_paid()
    {
        Gen.Select(Phrases, Gen.Int[1, 6].Array[1, 10]).Sample((phrases, text) =>
        {
            var automaton = new PhraseAutomaton(Tiny, phrases);
            var (state, total) = (automaton.Start, 0f);
            foreach (var token in text) total += automaton.Step(state, token, out state);
            Assert.True(total >= -1e-4f);
            Assert.True(total + automaton.Finish(state) >= -1e-4f);
        }, iter: 5_000);
    }

    [Fact]
    public void All_scores_at_once_equal_single_steps_and_only_active_tokens_differ()
    {
        Gen.Select(Phrases, Gen.Int[1, 6].Array[0, 8]).Sample((phrases, text) =>
        {
            var automaton = new PhraseAutomaton(Tiny, phrases);
            var state = automaton.Start;
            foreach (var token in text) automaton.Step(state, token, out state);
            var scores = new float[8];
            automaton.ScoreAll(state, scores);
            var special = automaton.ActiveTokens(state).ToArray().Concat(automaton.StartTokens.ToArray()).ToHashSet();
            for (var token = 1; token < 8; token++) Assert.Equal(automaton.Step(state, token, out _), scores[token], 1e-5f);
            foreach (var startsWord in new[] { true, false })
            {
                var others = Enumerable.Range(1, 7).Where(token => Tiny.StartsWord(token) == startsWord && !special.Contains(token)).Select(token => scores[token]).ToArray();
                Assert.All(others, score => Assert.Equal(others[0], score, 1e-5f));
            }
        }, iter: 5_000);
    }

    [Fact]
    public void Found_matches_are_the_leftmost_longest_ones()
    {
        Gen.Select(Phrases, Gen.Int[1, 6].Array[0, 14]).Sample((phrases, text) =>
        {
            var matches = new List<PhraseMatch>();
            new PhraseAutomaton(Tiny, phrases).FindMatches(text, matches);
            Assert.Equal(Expected(phrases, text).Select(match => (match.Start, match.Length)), matches.Select(match => (match.FirstToken, match.TokenCount)));
        }, iter: 5_000);
    }

    [Fact]
    public void A_word_within_a_longer_word_earns_nothing()
    {
        var encoder = Encoder();
        var automaton = new CustomVocabulary(["cat"]) { DefaultWeight = 2 }.Compile(encoder);
        var earned = (2 * encoder.Encode("cat").Length) - PhraseAutomaton.LoanNats;
        Assert.True(earned > 0);
        Assert.Equal(earned, Score(automaton, encoder.Encode("the cat sat")));
        Assert.Equal(earned, Score(automaton, encoder.Encode("the cat")));
        // the same first pieces, then a piece that continues the word
        Assert.Equal(0, Score(automaton, [.. encoder.Encode("cat"), encoder.Pieces.IndexOf("s")]));
    }

    [Fact]
    public void Thousands_of_phrases_compile_into_small_lists_of_active_tokens()
    {
        var encoder = Encoder();
        var random = new Random(1);
        var phrases = Enumerable.Range(0, 5000).Select(_ => string.Concat(Enumerable.Range(0, 12).Select(_ => (char)('a' + random.Next(26))))).ToArray();
        var automaton = new CustomVocabulary(phrases) { DefaultWeight = 1 }.Compile(encoder);
        Assert.InRange(automaton.StateCount, 5000, 60_000);
        foreach (var phrase in phrases.Take(100))
        {
            var tokens = encoder.Encode(phrase);
            Assert.Equal(Math.Max(0, tokens.Length - PhraseAutomaton.LoanNats), Score(automaton, tokens), 1e-3f);
            automaton.Step(automaton.Start, tokens[0], out var state);
            Assert.True(automaton.ActiveTokens(state).Length < encoder.Pieces.Length);
        }
    }

    private static float Score(PhraseAutomaton automaton, ReadOnlySpan<int> tokens)
    {
        var (state, total) = (automaton.Start, 0f);
        foreach (var token in tokens) total += automaton.Step(state, token, out state);
        return total + automaton.Finish(state);
    }

    private static PieceEncoder Encoder() => new(TokenFile.Read(Path.Combine(Repository.EnglishModel, "tokens.txt")));

    private static float BruteForce(PhraseSpelling[] phrases, int[] text, float loan) =>
        Expected(phrases, text).Sum(match => Math.Max(0, Enumerable.Range(1, match.Length).Sum(length => Bonus(phrases, text.AsSpan(match.Start, length).ToArray())) - loan));

    // the largest weight among the phrases that begin so
    private static float Bonus(PhraseSpelling[] phrases, int[] prefix) =>
        phrases.Where(phrase => phrase.Tokens.AsSpan().StartsWith(prefix)).Max(phrase => phrase.Weight);

    private static List<(int Start, int Length)> Expected(PhraseSpelling[] phrases, int[] text)
    {
        var found = new List<(int, int)>();
        for (var start = 0; start < text.Length;)
        {
            var longest = phrases.Select(phrase => phrase.Tokens)
                .Where(tokens => text.AsSpan(start).StartsWith(tokens) && (start + tokens.Length == text.Length || Tiny.StartsWord(text[start + tokens.Length])))
                .Select(tokens => tokens.Length).DefaultIfEmpty(0).Max();
            if (longest > 0) found.Add((start, longest));
            start += Math.Max(1, longest);
        }

        return found;
    }
}
