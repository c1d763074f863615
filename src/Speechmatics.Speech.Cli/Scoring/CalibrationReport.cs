namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>
/// How well confidences tell right words from wrong ones. Expected calibration error: the mean distance between confidence and share of right words over ten bins of equal width, weighted by words
/// (Guo et al. 2017). Normalised cross entropy: what the confidences tell beyond the overall share of right words, 1 everything, 0 nothing, negative worse than nothing (NIST; confidences are taken
/// as 0.001 to 0.999). Area under the curve: how often a right word has more confidence than a wrong one; 0.5 is chance.
/// </summary>
internal sealed class CalibrationReport
{
    private const int BinCount = 10;

    // a logarithm of 0 would outweigh all other words
    private const double Surest = 0.999;

    private CalibrationReport(IReadOnlyList<JudgedWord> words) => Words = words;

    public IReadOnlyList<JudgedWord> Words { get; }

    /// <summary>Those that hold words, in rising order.</summary>
    public IReadOnlyList<CalibrationBin> Bins { get; private init; } = [];

    public double ExpectedError { get; private init; }

    /// <summary>Null where all words are right or all are wrong.</summary>
    public double? NormalisedCrossEntropy { get; private init; }

    /// <summary>Null where all words are right or all are wrong.</summary>
    public double? AreaUnderCurve { get; private init; }

    public double MeanConfidence => Words.Count == 0 ? 0 : Words.Average(w => w.Confidence);

    public double Right => Words.Count == 0 ? 0 : Words.Count(w => w.Right) / (double)Words.Count;

    /// <summary>A map fitted on every other recording, from the first, and what it does for the others; null where there is too little to fit.</summary>
    public CalibrationMapping? Mapping { get; private init; }

    /// <summary>A report over the words of each recording, in the manifest's order.</summary>
    public static CalibrationReport Of(IReadOnlyList<IReadOnlyList<JudgedWord>> recordings)
    {
        var words = recordings.SelectMany(r => r).ToList();
        var bins = BinsOf(words);
        var fitted = recordings.Where((_, i) => i % 2 == 0).SelectMany(r => r).ToList();
        var others = recordings.Where((_, i) => i % 2 == 1).SelectMany(r => r).ToList();
        var map = others.Count == 0 ? null : LogisticMap.Fit(fitted);
        return new CalibrationReport(words)
        {
            Bins = bins,
            ExpectedError = ErrorOf(bins),
            NormalisedCrossEntropy = CrossEntropy(words),
            AreaUnderCurve = Area(words),
            Mapping = map is not { } m ? null : new CalibrationMapping(
                m, others.Count, ErrorOf(BinsOf(others)), ErrorOf(BinsOf([.. others.Select(w => w with { Confidence = (float)m.Of(w.Confidence) })]))),
        };
    }

    private static List<CalibrationBin> BinsOf(List<JudgedWord> words) =>
        [.. words.GroupBy(w => Math.Clamp((int)(w.Confidence * BinCount), 0, BinCount - 1)).OrderBy(g => g.Key).Select(g => new CalibrationBin(
            g.Key / (double)BinCount, (g.Key + 1) / (double)BinCount, g.Count(), g.Average(w => w.Confidence), g.Count(w => w.Right) / (double)g.Count()))];

    private static double ErrorOf(List<CalibrationBin> bins) => bins.Sum(b => b.Words * Math.Abs(b.Confidence - b.Right)) / Math.Max(1, bins.Sum(b => b.Words));

    private static double? CrossEntropy(List<JudgedWord> words)
    {
        var share = words.Count(w => w.Right) / (double)Math.Max(1, words.Count);
        if (share is 0 or 1)
            return null;
        var most = -((share * Math.Log(share)) + ((1 - share) * Math.Log(1 - share)));
        var own = -words.Average(w => Math.Log(Math.Clamp(w.Right ? w.Confidence : 1 - (double)w.Confidence, 1 - Surest, Surest)));
        return 1 - (own / most);
    }

    // the rank sum of Mann and Whitney; equal confidences share their ranks
    private static double? Area(List<JudgedWord> words)
    {
        double right = words.Count(w => w.Right), wrong = words.Count - right;
        if (right == 0 || wrong == 0)
            return null;
        var (ranks, below) = (0.0, 0);
        foreach (var same in words.GroupBy(w => w.Confidence).OrderBy(g => g.Key))
        {
            var count = same.Count();
            ranks += same.Count(w => w.Right) * (below + ((count + 1) / 2.0));
            below += count;
        }

        return (ranks - (right * (right + 1) / 2)) / (right * wrong);
    }
}
