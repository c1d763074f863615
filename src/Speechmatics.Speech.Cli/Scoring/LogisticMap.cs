namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>A monotone map of confidences, 1 / (1 + exp(-(A + B logit c))), fitted by maximum likelihood (Platt 1999). Confidences count as at least 1e-30 and at most 1 - 1e-6.</summary>
internal readonly record struct LogisticMap(double A, double B)
{
    private const double Least = 1e-30;
    private const double Most = 1 - 1e-6;

    /// <summary>Null where the words are all right, all wrong or too few.</summary>
    public static LogisticMap? Fit(IReadOnlyList<JudgedWord> words)
    {
        if (words.Count < 20 || words.All(w => w.Right) || !words.Any(w => w.Right))
            return null;

        // Newton's method, its steps halved while they do not help
        var map = new LogisticMap(0, 0);
        var loss = map.Loss(words);
        for (var step = 0; step < 100; step++)
        {
            // a trace of curvature of its own for words that can be separated
            var (ga, gb, haa, hab, hbb) = (0.0, 0.0, 1e-6, 0.0, 1e-6);
            foreach (var word in words)
            {
                var (x, p) = (Logit(word.Confidence), map.Of(word.Confidence));
                var (error, weight) = (p - (word.Right ? 1 : 0), p * (1 - p));
                ga += error;
                gb += error * x;
                haa += weight;
                hab += weight * x;
                hbb += weight * x * x;
            }

            var determinant = (haa * hbb) - (hab * hab);
            var (da, db) = (((hbb * ga) - (hab * gb)) / determinant, ((haa * gb) - (hab * ga)) / determinant);
            var (next, nextLoss) = (map, double.PositiveInfinity);
            for (var scale = 1.0; scale > 1e-6 && !(nextLoss < loss); scale /= 2)
            {
                next = new LogisticMap(map.A - (scale * da), map.B - (scale * db));
                nextLoss = next.Loss(words);
            }

            if (!(nextLoss < loss - 1e-9))
                break;
            (map, loss) = (next, nextLoss);
        }

        return map;
    }

    public double Of(double confidence) => 1 / (1 + Math.Exp(-(A + (B * Logit(confidence)))));

    private double Loss(IReadOnlyList<JudgedWord> words)
    {
        var loss = 0.0;
        foreach (var word in words)
        {
            var p = Of(word.Confidence);
            loss -= Math.Log(Math.Max(1e-300, word.Right ? p : 1 - p));
        }

        return loss;
    }

    private static double Logit(double confidence)
    {
        var c = Math.Clamp(confidence, Least, Most);
        return Math.Log(c / (1 - c));
    }
}
