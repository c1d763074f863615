namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>Finds fillers and slips of the tongue, and leaves them out.</summary>
internal static class EnglishDisfluencies
{
    private static readonly HashSet<string> Fillers = ["um", "umm", "uh", "uhh", "uhm", "erm", "er", "hmm", "hm", "mm"];

    // words that nobody says twice on purpose; "very very", "had had", "come in in time" and "let me tell you you are right" are
    private static readonly HashSet<string> Repeated = ["the", "a", "an", "i", "to", "of", "and", "we", "he", "she", "my", "your", "for", "but", "they", "at", "with", "i'm", "it's", "if"];

    public static bool IsDisfluent(in SpokenText words, int at) =>
        Fillers.Contains(words[at]) || (words[at] == words[at + 1] && Repeated.Contains(words[at]) && !words.EndsSentence(at));

    /// <summary>The words without disfluencies; these are appended to <paramref name="removed"/>, tagged. The sentence keeps its capital and its end.</summary>
    /// <param name="words">The words of one final.</param>
    /// <param name="keep">Words to keep whatever they are, by their index.</param>
    /// <param name="removed">Takes what was left out.</param>
    public static RecognizedWord[] Remove(RecognizedWord[] words, Func<int, bool> keep, List<RecognizedWord> removed)
    {
        var text = new SpokenText(words);
        var fluent = new List<RecognizedWord>(words.Length);
        var capital = false;
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (keep(i) || !IsDisfluent(text, i))
            {
                // "Um, so": the sentence begins with the next word now
                fluent.Add(capital && char.IsLower(word.Text[0]) ? word with { Text = EnglishCalendar.Capitalise(word.Text) } : word);
                capital = false;
                continue;
            }

            removed.Add(word with { Tags = word.Tags | WordTags.Disfluency });
            capital |= char.IsUpper(word.Text[0]) && text[i] != "i";
            if (text.EndsSentence(i) && fluent.Count > 0 && fluent[^1].Text[^1] is not ('.' or '?' or '!'))
                fluent[^1] = fluent[^1] with { Text = fluent[^1].Text.TrimEnd(',', ';', ':') + word.Text[^1] };
        }

        return [.. fluent];
    }
}
