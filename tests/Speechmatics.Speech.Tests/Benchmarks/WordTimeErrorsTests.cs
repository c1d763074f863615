using Speechmatics.Speech.Benchmarks;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Tests.Benchmarks;

public sealed class WordTimeErrorsTests
{
    [Fact]
    public void Inner_words_in_common_are_compared()
    {
        var errors = new WordTimeErrors();
        errors.Add(
            [("first", 0, 0.5), ("two", 0.5, 0.8), ("paused", 0.8, 2.0), ("four", 2.0, 2.4), ("five", 2.4, 2.9), ("last", 2.9, 3.1), ("end", 3.1, 3.3)],
            [Word("First", 0.3, 0.6), Word("two,", 0.6, 0.75), Word("paused", 0.9, 1.2), Word("for", 2.0, 2.3), Word("five", 2.6, 3.0), Word("last", 2.9, 3.2), Word("end", 3.2, 3.4)]);

        // "first" begins the clip, "paused" holds a pause, "four" was misheard, "last" and "end" lie where the reference is unsure
        Assert.Equal(2, errors.Count);
        Assert.Equal(150, errors.Start.Mean, 6);
        Assert.Equal(150, errors.Start.Median, 6);
        Assert.Equal(75, errors.End.Mean, 6);
    }

    private static RecognizedWord Word(string text, double start, double end) => new() { Text = text, Start = TimeSpan.FromSeconds(start), End = TimeSpan.FromSeconds(end), Confidence = 1 };
}
