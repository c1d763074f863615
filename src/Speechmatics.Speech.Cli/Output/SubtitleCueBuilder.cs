using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>
/// Breaks words into subtitles that can be read: at most two lines of 42 characters and 7 seconds (Netflix and BBC guidelines agree within a little). A cue ends with
/// its utterance, at a sentence's end, at a pause of 0.7 s, and when it is full: then at the longest pause in its second half, without one before the last word that links phrases ("and", "of"), so
/// that phrases stay together. The two lines are broken after a comma or before such a word near the middle, else where they come out most alike.
/// </summary>
internal sealed class SubtitleCueBuilder
{
    public const int MaxLineCharacters = 42;
    public const int MaxLines = 2;

    public static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.7);

    private static readonly HashSet<string> Abbreviations = new(["mr", "mrs", "ms", "dr", "prof", "st", "vs"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Links = new(
        "and but or nor that which who when while because if as than to of in on at for with from by into upon after before about".Split(' '), StringComparer.OrdinalIgnoreCase);

    private readonly List<RecognizedWord> _words = [];

    /// <summary>Takes one word, and gives the cues that it completes.</summary>
    public IEnumerable<SubtitleCue> Add(RecognizedWord word)
    {
        if (_words.Count > 0 && (word.Start - _words[^1].End >= Pause || EndsSentence(_words[^1].Text)))
        {
            foreach (var cue in EndUtterance())
                yield return cue;
        }

        _words.Add(word);
        while (_words.Count > 1 && !Fits(_words))
            yield return Take(BreakBefore(_words.Count));
    }

    /// <summary>Gives what is left.</summary>
    public IEnumerable<SubtitleCue> EndUtterance()
    {
        if (_words.Count > 0)
            yield return Take(_words.Count);
    }

    private static bool EndsSentence(string text)
    {
        var word = text.AsSpan().TrimEnd("\"'\u201d\u2019)");
        return word.Length > 0 && word[^1] is '.' or '?' or '!' && !IsAbbreviation(word);
    }

    // "J." in a name, "U.S.", "Mr."; "I." at the end of a sentence is rarer
    private static bool IsAbbreviation(ReadOnlySpan<char> word) =>
        word[^1] == '.' && ((word.Length == 2 && char.IsUpper(word[0])) || (word[..^1].Contains('.') && !word.ContainsAnyInRange('0', '9')) || Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word[..^1]));

    private static bool EndsClause(string text) => text[^1] is ',' or ';' or ':';

    private static bool Fits(List<RecognizedWord> words) => words[^1].End - words[0].Start <= MaxDuration && Break(words) is not null;

    // the last word does not fit, so at the latest the break is before it
    private int BreakBefore(int count)
    {
        var (best, link) = (count - 1, count - 1);
        var bestPause = TimeSpan.MinValue;
        for (var i = Math.Max(1, count / 2); i < count; i++)
        {
            var pause = _words[i].Start - _words[i - 1].End;
            if (EndsClause(_words[i - 1].Text))
                pause += Pause;
            if (Links.Contains(_words[i].Text))
                link = i;
            if (pause >= bestPause)
                (best, bestPause) = (i, pause);
        }

        // else no pause is worth the name
        return bestPause < TimeSpan.FromSeconds(0.15) ? link : best;
    }

    private SubtitleCue Take(int count)
    {
        var words = _words[..count];
        _words.RemoveRange(0, count);
        return new SubtitleCue(words[0].Start, words[^1].End, Break(words) ?? [Join(words, 0, words.Count)]);
    }

    /// <summary>One or two lines, or null when two do not hold the words.</summary>
    private static IReadOnlyList<string>? Break(List<RecognizedWord> words)
    {
        var all = Join(words, 0, words.Count);
        if (all.Length <= MaxLineCharacters)
            return [all];

        string[]? best = null;
        var bestCost = int.MaxValue;
        for (var i = 1; i < words.Count; i++)
        {
            string[] lines = [Join(words, 0, i), Join(words, i, words.Count)];
            if (lines[0].Length > MaxLineCharacters || lines[1].Length > MaxLineCharacters)
                continue;
            var cost = Math.Abs(lines[0].Length - lines[1].Length) - (EndsClause(words[i - 1].Text) ? 12 : 0) - (Links.Contains(words[i].Text) ? 8 : 0);
            if (cost < bestCost)
                (best, bestCost) = (lines, cost);
        }

        return best;
    }

    private static string Join(List<RecognizedWord> words, int from, int to) => string.Join(' ', words.GetRange(from, to - from).Select(w => w.Text));
}
