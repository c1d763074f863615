using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding.Biasing;

public class CustomVocabularyTests
{
    private readonly PieceEncoder _encoder = new(TokenFile.Read(Path.Combine(Repository.EnglishModel, "tokens.txt")));

    [Fact]
    public void A_sounds_like_spelling_leads_to_the_written_form()
    {
        var vocabulary = new CustomVocabulary([new VocabularyPhrase("NVIDIA") { SoundsLike = ["en vidia", "in video"] }, new VocabularyPhrase("Speechmatics")]);
        var matches = new List<PhraseMatch>();
        var tokens = _encoder.Encode("buy in video and speechmatics");
        vocabulary.Compile(_encoder).FindMatches(tokens, matches);
        Assert.Equal(["NVIDIA", "Speechmatics"], matches.Select(match => vocabulary.Phrases[match.PhraseId].Text));
        Assert.Equal(["in video", "speechmatics"], matches.Select(match => _encoder.Decode(tokens.AsSpan(match.FirstToken, match.TokenCount))));
    }

    [Fact]
    public void Characters_that_the_model_cannot_write_are_an_error_unless_a_spelling_is_given()
    {
        var error = Assert.Throws<ArgumentException>(() => new CustomVocabulary(["H2O"]).Compile(_encoder));
        Assert.Contains("H2O", error.Message);
        Assert.Contains("2", error.Message);
        new CustomVocabulary([new VocabularyPhrase("H2O") { SoundsLike = ["h two o"] }]).Compile(_encoder);
    }

    [Fact]
    public void Punctuation_in_a_phrase_is_not_spoken()
    {
        var automaton = new CustomVocabulary(["Jean-Luc St. James"]) { DefaultWeight = 1 }.Compile(_encoder);
        var tokens = _encoder.Encode("jean luc st james");
        var (state, total) = (automaton.Start, 0f);
        foreach (var token in tokens) total += automaton.Step(state, token, out state);
        Assert.Equal(tokens.Length - PhraseAutomaton.LoanNats, total + automaton.Finish(state));
    }

    [Fact]
    public void A_vocabulary_is_compiled_once_for_a_model()
    {
        var vocabulary = new CustomVocabulary(["hello"]);
        Assert.Same(vocabulary.Compile(_encoder), vocabulary.Compile(_encoder));
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(21f)]
    [InlineData(float.NaN)]
    public void A_weight_out_of_range_is_refused(float weight)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VocabularyPhrase("x") { Weight = weight });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CustomVocabulary(["x"]) { DefaultWeight = weight });
    }
}
