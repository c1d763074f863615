using CsCheck;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Cli;

public class SubtitleTests
{
    [Fact]
    public void Srt_numbers_its_cues_and_writes_a_comma_before_the_milliseconds() =>
        Assert.Equal(
            """
            1
            00:00:00,000 --> 00:00:01,000
            hello

            2
            01:02:03,450 --> 01:02:04,450
            a < b


            """.ReplaceLineEndings(),
            Written(SubtitleKind.Srt, Events.Final([Events.Word("hello", 0, 0.5)]), Events.End(), Events.Final([Events.Word("a", 3723.45, 3723.6), Events.Word("<", 3723.6, 3723.7), Events.Word("b", 3723.7, 3723.8)])));

    [Fact]
    public void Vtt_has_its_header_and_escapes() =>
        Assert.Equal(
            """
            WEBVTT

            00:00:00.000 --> 00:00:01.200
            a &lt; b


            """.ReplaceLineEndings(),
            Written(SubtitleKind.Vtt, Events.Final("a < b")));

    [Fact]
    public void Vtt_without_words_is_still_a_vtt_file() => Assert.Equal($"WEBVTT{Environment.NewLine}{Environment.NewLine}", Written(SubtitleKind.Vtt));

    [Fact]
    public void A_short_cue_is_shown_for_a_second_but_never_into_the_next() =>
        Assert.Contains("00:00:00.000 --> 00:00:00.800", Written(SubtitleKind.Vtt, Events.Final([Events.Word("a", 0, 0.1)]), Events.End(), Events.Final([Events.Word("b", 0.8, 0.9)])));

    [Fact]
    public void A_pause_and_a_sentence_end_start_a_new_cue()
    {
        var cues = Cues([Events.Word("one", 0, 0.3), Events.Word("two.", 0.3, 0.6), Events.Word("three", 0.6, 0.9), Events.Word("four", 1.7, 1.9)]);
        Assert.Equal(["one two.", "three", "four"], cues.Select(c => string.Join('/', c.Lines)));
    }

    [Fact]
    public void A_full_cue_without_a_pause_breaks_before_a_word_that_links_phrases() =>
        Assert.Equal(
            ["then they started on again and two/hours later came in sight of the house", "of Dr. Pipped"],
            Cues([.. Events.Words("then they started on again and two hours later came in sight of the house of Dr. Pipped", each: 0.36)]).Select(c => string.Join('/', c.Lines)));

    [Theory]
    [InlineData("I like it. So do I.", "I like it.|So do I.")]
    [InlineData("He said \"no.\" Then he left.", "He said \"no.\"|Then he left.")]
    [InlineData("J. R. Smith of the U.S. Army met Dr. Who. He paid 3.5.", "J. R. Smith of the U.S. Army met Dr. Who.|He paid 3.5.")]
    public void Cues_end_where_sentences_do(string text, string cues) =>
        Assert.Equal(cues.Split('|'), Cues([.. Events.Words(text, each: 0.2)]).Select(c => string.Join(' ', c.Lines)));

    [Fact]
    public void An_abbreviation_does_not_end_a_cue() =>
        Assert.Single(Cues([Events.Word("Mr.", 0, 0.3), Events.Word("Smith", 0.3, 0.6)]));

    [Fact]
    public void A_full_cue_breaks_at_the_longest_pause_of_its_second_half()
    {
        var words = Events.Words("this sentence is long enough to need a second cue and it pauses", each: 0.3).ToList();
        words.AddRange(Events.Words("right about here before it goes on for a while", words[^1].End.TotalSeconds + 0.4, 0.3));
        Assert.Equal("pauses", Cues(words)[0].Lines[^1].Split(' ')[^1]);
    }

    [Fact]
    public void Cues_keep_every_word_in_order_within_their_limits()
    {
        var word = Gen.Select(Gen.Char['a', 'z'].Array[1, 14], Gen.Double[0, 1], Gen.Double[0.05, 0.9], (letters, gap, length) => (new string(letters), gap, length));
        word.Array[0, 60].Sample(parts =>
        {
            var words = new List<RecognizedWord>();
            var time = 0.0;
            foreach (var (text, gap, length) in parts)
            {
                words.Add(Events.Word(text, time + gap, time + gap + length));
                time += gap + length;
            }

            var cues = Cues(words);
            Assert.Equal(words.Select(w => w.Text), cues.SelectMany(c => c.Lines).SelectMany(l => l.Split(' ')));
            Assert.All(cues, cue =>
            {
                Assert.InRange(cue.Lines.Count, 1, SubtitleCueBuilder.MaxLines);
                Assert.All(cue.Lines, line => Assert.InRange(line.Length, 1, SubtitleCueBuilder.MaxLineCharacters));
                Assert.True(cue.End > cue.Start && cue.End - cue.Start <= SubtitleCueBuilder.MaxDuration);
            });
            Assert.All(cues.Zip(cues.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
        });
    }

    private static List<SubtitleCue> Cues(IEnumerable<RecognizedWord> words)
    {
        var builder = new SubtitleCueBuilder();
        var cues = words.SelectMany(builder.Add).ToList();
        cues.AddRange(builder.EndUtterance());
        return cues;
    }

    private static string Written(SubtitleKind kind, params SpeechEvent[] events)
    {
        var output = new StringWriter();
        var writer = new SubtitleWriter(output, kind);
        foreach (var speechEvent in events)
            writer.Write(speechEvent);
        writer.End(null);
        return output.ToString();
    }
}
