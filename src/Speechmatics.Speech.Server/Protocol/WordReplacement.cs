using System.Text.RegularExpressions;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>
/// An entry of <c>transcript_filtering_config.replacements</c>, applied to one word at a time. Patterns between slashes run in time linear in the word's length, since they come from strangers: those that look around
/// or back are refused.
/// </summary>
internal sealed class WordReplacement
{
    public const int MaxCharacters = 200;

    private readonly string _from;
    private readonly Regex? _pattern;
    private readonly string _to;

    private WordReplacement(string from, Regex? pattern, string to) => (_from, _pattern, _to) = (from, pattern, to);

    /// <returns>Null where <paramref name="from"/> cannot be used; <paramref name="problem"/> says why.</returns>
    public static WordReplacement? Create(string from, string to, out string problem)
    {
        problem = "";
        if (from.Length is 0 or > MaxCharacters || to.Length > MaxCharacters)
        {
            problem = $"it has no characters or more than {MaxCharacters}";
            return null;
        }

        var end = from.LastIndexOf('/');
        if (from[0] != '/' || end == 0)
        {
            if (!from.Any(char.IsWhiteSpace)) return new WordReplacement(from, null, to);
            problem = "it has more than one word";
            return null;
        }

        try
        {
            var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (from.AsSpan(end).Contains('i') ? RegexOptions.IgnoreCase : RegexOptions.None);
            return new WordReplacement(from, new Regex(from[1..end], options, TimeSpan.FromMilliseconds(50)), to);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            problem = exception.Message;
            return null;
        }
    }

    /// <summary>A word without its punctuation, replaced where it fits; empty takes it away.</summary>
    public string Apply(string word)
    {
        if (_pattern is null) return string.Equals(word, _from, StringComparison.OrdinalIgnoreCase) ? _to : word;
        try
        {
            return _pattern.Replace(word, _to);
        }
        catch (RegexMatchTimeoutException)
        {
            return word;
        }
    }
}
