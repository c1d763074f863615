using CsCheck;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Tests.Cli;

public class CalibrationTests
{
    [Fact]
    public void Confidences_that_are_the_share_of_right_words_have_no_error_and_a_map_leaves_them_alone()
    {
        var report = CalibrationReport.Of([Words((0.25f, 25, 100), (0.75f, 75, 100)), Words((0.25f, 25, 100), (0.75f, 75, 100))]);
        Assert.Equal(0, report.ExpectedError, 6);
        Assert.Equal(0.75, report.AreaUnderCurve!.Value, 3);
        Assert.Equal([(0.2, 200, 0.25), (0.7, 200, 0.75)], report.Bins.Select(bin => (bin.From, bin.Words, bin.Right)));
        Assert.Equal(0, report.Mapping!.Map.A, 3);
        Assert.Equal(1, report.Mapping.Map.B, 3);
        Assert.True(report.NormalisedCrossEntropy is > 0 and < 1);
    }

    [Fact]
    public void Too_much_confidence_is_measured_and_mapped_away_on_recordings_that_the_map_has_not_seen()
    {
        IReadOnlyList<JudgedWord> recording = Words((0.99f, 70, 100), (0.5f, 20, 100));
        var report = CalibrationReport.Of([recording, recording]);
        Assert.Equal((0.29 + 0.3) / 2, report.ExpectedError, 3);
        Assert.Equal((0.29 + 0.3) / 2, report.Mapping!.ErrorBefore, 3);
        Assert.Equal(0, report.Mapping.ErrorAfter, 3);
        Assert.Equal(0.7, report.Mapping.Map.Of(0.99), 3);
        Assert.True(report.NormalisedCrossEntropy < 0);
    }

    [Fact]
    public void Words_all_right_all_wrong_or_none_have_no_curve()
    {
        foreach (var words in (JudgedWord[][])[[], [.. Words((0.5f, 30, 30))], [.. Words((0.5f, 0, 30))]])
        {
            var report = CalibrationReport.Of([words, words]);
            Assert.Null(report.AreaUnderCurve);
            Assert.Null(report.NormalisedCrossEntropy);
            Assert.Null(report.Mapping);
        }
    }

    [Fact]
    public void A_map_keeps_the_order_of_confidences_and_stays_finite() =>
        Gen.Select(Gen.Float[0, 1], Gen.Bool).Array[20, 200].Sample(pairs =>
        {
            if (LogisticMap.Fit([.. pairs.Select(p => new JudgedWord(p.Item1, p.Item2))]) is not { } map)
                return;
            Assert.True(double.IsFinite(map.A) && double.IsFinite(map.B));
            foreach (var c in (float[])[0, 1e-20f, 0.1f, 0.9f, 1])
                Assert.InRange(map.Of(c), 0, 1);
            Assert.True((map.Of(0.9) - map.Of(0.1)) * map.B >= 0);
        });

    [Theory]
    [InlineData("the cat sat on a mat", "the cat sat on mat", "the+ cat+ sat+ on+ mat+")]
    [InlineData("the cat sat", "a cat sat up", "a- cat+ sat+ up-")]
    [InlineData("it is twenty dollars", "It's $20 — ok.", "It's+ $20+ ok.-")]
    [InlineData("a hundred and five men", "a hundred and five men", "hundred+ five+ men+")]
    public void A_word_is_right_when_all_that_it_is_written_as_matches(string reference, string hypothesis, string expected)
    {
        var words = Events.Words(hypothesis);
        var entry = new ManifestEntry { Audio = "a.wav", Text = reference };
        var score = UtteranceScore.Of(entry, hypothesis, Normalisation.Full);

        // each word has a confidence of its own, which tells it apart
        RecognizedWord[] marked = [.. words.Select((w, i) => w with { Confidence = i / 100f })];
        var judged = WordJudge.Judge(score.Alignment, marked, Normalisation.Full).Select(w => words[(int)Math.Round(w.Confidence * 100)].Text + (w.Right ? '+' : '-'));
        Assert.Equal(expected, string.Join(' ', judged));
    }

    private static JudgedWord[] Words(params (float Confidence, int Right, int All)[] groups) =>
        [.. groups.SelectMany(g => Enumerable.Range(0, g.All).Select(i => new JudgedWord(g.Confidence, i < g.Right)))];
}
