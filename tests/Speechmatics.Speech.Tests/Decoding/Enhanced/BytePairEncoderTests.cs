using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Tests.Models;

namespace Speechmatics.Speech.Tests.Decoding;

public sealed class BytePairEncoderTests(EnhancedModelFixture fixture) : IClassFixture<EnhancedModelFixture>
{
    private readonly BytePairEncoder _encoder = new(fixture.Model.Vocabulary);

    [Fact]
    public void The_reference_texts_get_the_tokens_the_model_writes()
    {
        foreach (var golden in EnhancedGolden.Load())
        {
            var tokens = new List<int>();
            Assert.True(_encoder.Encode(golden.Text, tokens));
            Assert.Equal(golden.Ids, tokens);
        }
    }

    [Theory]
    [InlineData(" it's", new[] { " it", "'s" })]
    [InlineData(" Café au lait", new[] { " Café", " au", " l", "ait" })]
    [InlineData(" (", null)]
    public void Words_are_split_by_the_vocabulary_s_rules_and_what_may_not_be_written_is_told(string text, string[]? pieces)
    {
        var tokens = new List<int>();
        Assert.Equal(pieces is not null, _encoder.Encode(text, tokens));
        if (pieces is not null) Assert.Equal(pieces, tokens.Select(id => System.Text.Encoding.UTF8.GetString(fixture.Model.Vocabulary.Bytes(id))));
    }

    [Fact]
    public void A_space_or_punctuation_ends_a_word_and_an_apostrophe_does_not()
    {
        var tokens = new List<int>();
        _encoder.Encode(" cat's tail.", tokens);
        Assert.Equal([true, false, true, true], tokens.Select(_encoder.EndsWord));
        Assert.True(_encoder.EndsWord(fixture.Model.Vocabulary.EndOfText));
    }
}
