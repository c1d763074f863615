using System.Collections.Immutable;
using Speechmatics.Speech.Benchmarks;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Benchmarks;

public sealed class ScreenTranscriptTests
{
    [Fact]
    public void A_word_counts_as_it_stood_one_second_after_it_was_spoken()
    {
        var screen = new ScreenTranscript(TimeSpan.FromSeconds(1));
        Show(0.6, Partial(("won", 0)));

        // corrected before a second was over: read as corrected
        Show(1.2, Partial(("one", 0), ("to", 1)));
        Show(2.2, Partial(("one", 0), ("to", 1), ("free", 2)));

        // "to" was corrected too late, "free" in time, and "four" comes too late to be read before the end
        Show(2.8, Final(("one", 0), ("two", 1), ("three", 2)));
        Assert.Equal(["one", "to"], screen.Words);
        Show(4.9, Partial(("four", 3)));
        Assert.Equal(["one", "to", "three"], screen.Words);
        screen.End();

        // "four" was first shown after the second was over: nobody saw it in time
        Assert.Equal(["one", "to", "three"], screen.Words);

        void Show(double seconds, SpeechEvent speechEvent) => screen.Show(speechEvent, TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void A_word_that_a_second_reading_moves_or_writes_otherwise_is_read_once()
    {
        var screen = new ScreenTranscript(TimeSpan.FromSeconds(1));
        screen.Show(Partial(("one", 0), ("two", 0.6)), TimeSpan.FromSeconds(1.1));
        screen.Show(Partial(("one", 0), ("two", 0.6)), TimeSpan.FromSeconds(1.9));
        Assert.Equal(["one", "two"], screen.Words);

        // both words again, a little later in time, and a word more
        screen.Show(Partial(("One,", 0.2), ("two", 0.8), ("three", 1.4)), TimeSpan.FromSeconds(2));
        screen.Show(Final(("One,", 0.2), ("two", 0.8), ("three", 1.4)), TimeSpan.FromSeconds(3));
        Assert.Equal(["one", "two", "three"], screen.Words);
    }

    [Fact]
    public void What_stands_there_when_nothing_more_comes_is_read_to_its_end()
    {
        var screen = new ScreenTranscript(TimeSpan.FromSeconds(1));
        screen.Show(Partial(("one", 0)), TimeSpan.FromSeconds(0.7));
        screen.Show(Final(("one", 0), ("two", 0.8)), TimeSpan.FromSeconds(1.3));
        screen.End();
        Assert.Equal(["one", "two"], screen.Words);
    }

    private static PartialTranscript Partial(params (string Word, double Start)[] words) => new() { Text = "", Words = Words(words) };

    private static FinalTranscript Final(params (string Word, double Start)[] words) => new() { Text = "", Words = Words(words) };

    // each lasts half a second
    private static ImmutableArray<RecognizedWord> Words((string Word, double Start)[] words) =>
        [.. words.Select(word => new RecognizedWord { Text = word.Word, Start = TimeSpan.FromSeconds(word.Start), End = TimeSpan.FromSeconds(word.Start + 0.5), Confidence = 1 })];
}
