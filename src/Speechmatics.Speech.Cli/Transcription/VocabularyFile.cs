using System.Globalization;
using Speechmatics.Speech.Decoding.Biasing;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>
/// Reads a custom vocabulary: a phrase on each line, as transcripts shall show it; after tabs, in any order and number, a weight or spellings of how it is said.
/// Blank lines and lines that begin with # are passed over.
/// </summary>
internal static class VocabularyFile
{
    /// <exception cref="UsageException">A weight is out of range.</exception>
    public static CustomVocabulary Read(string path)
    {
        var phrases = new List<VocabularyPhrase>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line[0] == '#') continue;
            var fields = line.Split('\t', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var weights = fields.Skip(1).Select(AsWeight).Where(weight => weight is not null).ToArray();
            if (weights.Length > 1) throw new UsageException($"{path} line {number}: more than one weight");
            if (weights is [< 0 or > 20]) throw new UsageException($"{path} line {number}: a weight is 0 to 20");
            phrases.Add(new VocabularyPhrase(fields[0]) { Weight = weights.FirstOrDefault(), SoundsLike = [.. fields.Skip(1).Where(field => AsWeight(field) is null)] });
        }

        return new CustomVocabulary(phrases);
    }

    private static float? AsWeight(string field) => float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) ? weight : null;
}
