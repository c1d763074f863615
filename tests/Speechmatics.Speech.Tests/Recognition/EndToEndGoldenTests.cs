using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;
using Speechmatics.Speech.Tests.Decoding;

namespace Speechmatics.Speech.Tests.Recognition;

/// <summary>From a recording to words with times, against the outputs of an independent implementation. The references of all recordings lie in the repository.</summary>
public class EndToEndGoldenTests(RecognizerFixture fixture) : IClassFixture<RecognizerFixture>
{
    private const double SecondsPerFrame = 0.08;

    [Theory]
    [InlineData(2, TransducerHead.Tdt)]
    [InlineData(4, TransducerHead.Tdt)]
    [InlineData(8, TransducerHead.Tdt)]
    [InlineData(16, TransducerHead.Tdt)]
    [InlineData(2, TransducerHead.Rnnt)]
    [InlineData(4, TransducerHead.Rnnt)]
    [InlineData(8, TransducerHead.Rnnt)]
    [InlineData(16, TransducerHead.Rnnt)]
    public async Task A_recording_gives_the_reference_words_at_the_reference_times(int chunkFrames, TransducerHead head)
    {
        var pieces = File.ReadLines(Path.Combine(Repository.EnglishModel, "tokens.txt")).Select(line => line[..line.LastIndexOf(' ')]).ToArray();
        var options = new SessionOptions
        {
            Head = head,
            Chunk = TimeSpan.FromSeconds(chunkFrames * SecondsPerFrame),

            // the references know no utterances: a word that goes on after a pause is one word
            EndpointSilence = Timeout.InfiniteTimeSpan,
            MaxUtterance = Timeout.InfiniteTimeSpan,
            MaxDelay = Timeout.InfiniteTimeSpan,
        };
        var exact = 0;
        await Task.WhenAll(Golden.Clips.Select(async clip =>
        {
            var events = await fixture.AllEventsAsync(RecognizerFixture.File(clip.Data), options);
            var actual = events.OfType<FinalTranscript>().SelectMany(final => final.Words).ToArray();
            var golden = Golden.Read(clip.Data).For(head, chunkFrames);
            var expected = ExpectedWords(golden, pieces);
            var what = $"{clip.Data}, {head}, chunk {chunkFrames}, margin {golden.Margin}";
            if (golden.Margin >= 0.05)
            {
                Interlocked.Increment(ref exact);
                Assert.True(expected.SequenceEqual(actual.Select(word => (word.Text, word.Start))), $"{what}: [{Show(actual)}] instead of [{Show(expected)}]");
                return;
            }

            // one token more or less can split a word in two, which is two word errors
            var errors = WordErrors.Between(string.Join(' ', expected.Select(word => word.Text)), string.Join(' ', actual.Select(word => word.Text)));
            Assert.True(errors <= 2, $"{what}: [{Show(actual)}] instead of [{Show(expected)}]");
        }));
        Assert.InRange(exact, Golden.Clips.Count / 4, Golden.Clips.Count);
    }

    /// <summary>Words from tokens, by the rule alone: U+2581 begins a word, which starts at its first token's frame.</summary>
    private static List<(string Text, TimeSpan Start)> ExpectedWords(Golden.Decoded golden, string[] pieces)
    {
        var words = new List<(string Text, TimeSpan Start)>();
        for (var i = 0; i < golden.Ids.Length; i++)
        {
            var piece = pieces[golden.Ids[i]];
            if (words.Count == 0 || (piece[0] == '\u2581' && words[^1].Text.Length > 0)) words.Add(("", default));
            if (words[^1].Text.Length == 0) words[^1] = ("", TimeSpan.FromSeconds(golden.Frames[i] * SecondsPerFrame));
            words[^1] = (words[^1].Text + piece.TrimStart('\u2581'), words[^1].Start);
        }

        return words;
    }

    private static string Show(IEnumerable<RecognizedWord> words) => Show(words.Select(word => (word.Text, word.Start)));

    private static string Show(IEnumerable<(string Text, TimeSpan Start)> words) => string.Join(' ', words.Select(word => $"{word.Text}@{word.Start.TotalSeconds:0.00}"));
}
