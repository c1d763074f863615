using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// How far the starts and ends of recognised words lie from a reference, in milliseconds, over inner words that both have. References come from another model's attention: their first word begins with the
/// recording, a word takes the pause before the next one with it, and their last words may all end at one moment. So a clip's first word, words longer than a second, and words within 0.3 s of the last reference's
/// end are left out.
/// </summary>
internal sealed class WordTimeErrors
{
    private const double LongestWord = 1;
    private const double UnsureEnd = 0.3;

    private readonly List<double> _starts = [];
    private readonly List<double> _ends = [];

    /// <summary>Words compared.</summary>
    public int Count => _starts.Count;

    /// <summary>Mean and median of the absolute errors.</summary>
    public (double Mean, double Median) Start => Of(_starts);

    public (double Mean, double Median) End => Of(_ends);

    /// <summary>Adds a clip; times in seconds.</summary>
    public void Add(IReadOnlyList<(string Word, double Start, double End)> reference, IReadOnlyList<RecognizedWord> heard)
    {
        var words = heard.Select(word => (Plain: TextNormaliser.Words(word.Text, Normalisation.Standard), Word: word)).Where(word => word.Plain.Count == 1).ToArray();
        string[] plain = [.. reference.Select(word => string.Concat(TextNormaliser.Words(word.Word, Normalisation.Standard)))];
        var (r, h) = (0, 0);
        foreach (var pair in WordAligner.Align(plain, [.. words.Select(word => word.Plain[0])]))
        {
            if (pair.Edit == WordEdit.Match && r > 0 && reference[r].End - reference[r].Start <= LongestWord && reference[r].End < reference[^1].End - UnsureEnd)
            {
                _starts.Add(1000 * Math.Abs(words[h].Word.Start.TotalSeconds - reference[r].Start));
                _ends.Add(1000 * Math.Abs(words[h].Word.End.TotalSeconds - reference[r].End));
            }

            if (pair.Edit != WordEdit.Insertion) r++;
            if (pair.Edit != WordEdit.Deletion) h++;
        }
    }

    private static (double Mean, double Median) Of(List<double> errors)
    {
        if (errors.Count == 0) return (double.NaN, double.NaN);
        var sorted = errors.Order().ToArray();
        return (sorted.Average(), (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2);
    }
}
