using System.Text;
using System.Text.Json;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding.Language;

public class PieceEncoderTests
{
    private readonly PieceEncoder _encoder = new(TokenFile.Read(Path.Combine(Repository.EnglishModel, "tokens.txt")));

    [Theory]
    [InlineData("without", "\u2581with out")]
    [InlineData("the playlist", "\u2581the \u2581playlist")]
    [InlineData("don't", "\u2581don ' t")]
    public void Words_split_by_the_order_of_merges(string text, string pieces)
    {
        Assert.Equal(pieces.Split(' '), _encoder.Encode(text).Select(token => _encoder.Pieces[token]));
    }

    [Theory]
    [InlineData("the quick brown fox jumps over the lazy dog")]
    [InlineData("I'm HERE")]
    [InlineData("  two\t spaces ")]
    public void Decoding_gives_the_text_back(string text)
    {
        var expected = string.Join(' ', text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(expected, _encoder.Decode(_encoder.Encode(text)));
    }

    [Fact]
    public void Characters_without_a_piece_are_reported()
    {
        var unknown = new StringBuilder();
        var tokens = new List<int>();
        Assert.False(_encoder.Encode("caf\u00e9 24", tokens, unknown));
        Assert.Equal("\u00e924", unknown.ToString());
        Assert.Equal("caf", _encoder.Decode(tokens.ToArray()));
        Assert.Throws<ArgumentException>(() => _encoder.Encode("caf\u00e9"));
    }

    [Fact]
    public void The_model_itself_splits_its_words_so()
    {
        var shared = Repository.RequireShared();
        var (equal, all) = (0, 0);
        foreach (var file in Directory.GetFiles(Path.Combine(shared, "golden"), "*.tokens.json"))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var decode in json.RootElement.GetProperty("decodes").EnumerateObject())
            {
                var ids = decode.Value.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
                for (var start = 0; start < ids.Length;)
                {
                    var end = start + 1;
                    while (end < ids.Length && !_encoder.StartsWord(ids[end])) end++;
                    var word = ids.AsSpan(start, end - start);
                    if (_encoder.Decode(word) is { Length: > 0 } text)
                    {
                        all++;
                        if (word.SequenceEqual(_encoder.Encode(text))) equal++;
                    }

                    start = end;
                }
            }
        }

        // a model may spell a word in other pieces; greedy longest match would agree in 88 % only
        Assert.True(all > 500);
        Assert.True(equal >= 0.99 * all, $"{equal} of {all} words");
    }
}
