using System.Collections.Immutable;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Decoding.TextForm;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Turns the words of a final into what is shown: phrases of the custom vocabulary as it writes them, all else by the session's formatting. Immutable; safe for any number of threads.
/// </summary>
internal sealed class WordDisplay
{
    private readonly CustomVocabulary? _vocabulary;
    private readonly PieceEncoder? _encoder;
    private readonly EnglishFormatter? _formatter;
    private readonly bool _removeDisfluencies;

    public WordDisplay(CustomVocabulary? vocabulary, PieceEncoder? encoder, TextFormatting formatting, bool removeDisfluencies = false, bool maskProfanity = false)
    {
        (_vocabulary, _encoder, _removeDisfluencies) = (vocabulary, encoder, removeDisfluencies);
        var written = formatting == TextFormatting.Written;
        if (written || removeDisfluencies || maskProfanity)
            _formatter = new EnglishFormatter(new EnglishFormatterOptions { Capitalise = written, WriteNumbers = written, MaskProfanity = maskProfanity });
    }

    /// <summary>The words to show, in the same order. A phrase of as many words as were said keeps each word's times; any other becomes one word.</summary>
    /// <param name="words">The words as recognised.</param>
    /// <param name="continues">Whether the utterance has earlier finals, so that the first word begins no sentence.</param>
    /// <param name="removed">Takes the words that the session does not want to see; null where it wants all.</param>
    public ImmutableArray<RecognizedWord> Apply(RecognizedWord[] words, bool continues, List<RecognizedWord>? removed = null)
    {
        var phrases = FindPhrases(words);
        if (phrases.Count == 0 && _formatter is null) return [.. words];
        if (_removeDisfluencies && removed is not null)
        {
            // "ER" may be a filler, or what the vocabulary is about
            var fluent = EnglishDisfluencies.Remove(words, at => phrases.Any(phrase => at >= phrase.Key && at < phrase.Key + phrase.Value.Words), removed);
            if (fluent.Length < words.Length) (words, phrases) = (fluent, FindPhrases(fluent));
        }

        var shown = ImmutableArray.CreateBuilder<RecognizedWord>(words.Length);
        var written = _formatter?.Format(words, continues);
        for (var (at, next) = (0, 0); at < words.Length;)
        {
            // a written form may hold several words: "June 3, 2024"
            var length = written is null ? 1 : written[next].SpokenForm.AsSpan().Count(' ') + 1;
            if (phrases.TryGetValue(at, out var phrase) && EndsWithWrittenWord(at + phrase.Words))
            {
                AddPhrase(shown, words.AsSpan(at, phrase.Words), phrase.Text);
                for (var end = at + phrase.Words; at < end; at += written is null ? 1 : written[next++].SpokenForm.AsSpan().Count(' ') + 1) ;
                continue;
            }

            shown.Add(written is null ? words[at] : Shown(written[next], words[at]));
            at += length;
            next++;

            bool EndsWithWrittenWord(int end)
            {
                if (written is null) return true;
                var to = at;
                for (var i = next; to < end; i++) to += written[i].SpokenForm.AsSpan().Count(' ') + 1;
                return to == end;
            }
        }

        return shown.DrainToImmutable();
    }

    /// <summary>The phrases in the words, by the index of their first word.</summary>
    private Dictionary<int, (int Words, string Text)> FindPhrases(RecognizedWord[] words)
    {
        if (_vocabulary is null) return [];
        // the pieces of the text, not those the decoder happened to take: one spelling has many divisions
        var tokens = new List<int>();
        var wordOf = new List<int>();
        for (var i = 0; i < words.Length; i++)
        {
            _encoder!.Encode(words[i].Text, tokens);
            while (wordOf.Count < tokens.Count) wordOf.Add(i);
        }

        var matches = new List<PhraseMatch>();
        _vocabulary.Compiled(_encoder!).FindMatches(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens), matches);
        var phrases = new Dictionary<int, (int Words, string Text)>();
        foreach (var match in matches)
        {
            var (first, last) = (wordOf[match.FirstToken], wordOf[match.FirstToken + match.TokenCount - 1]);
            phrases[first] = (last - first + 1, _vocabulary.Phrases[match.PhraseId].Text);
        }

        return phrases;
    }

    private static void AddPhrase(ImmutableArray<RecognizedWord>.Builder shown, ReadOnlySpan<RecognizedWord> words, string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == words.Length)
        {
            for (var i = 0; i < parts.Length; i++)
            {
                var part = parts[i] + PunctuationAfter(words[i].Text, parts[i]);
                // the second pass's capital at the beginning of a sentence stays
                var same = part == words[i].Text || (part == words[i].Text.ToLowerInvariant() && !parts[i].Any(char.IsUpper));
                shown.Add(same ? words[i] : words[i] with { Text = part, SpokenForm = words[i].Text });
            }

            return;
        }

        var confidence = words[0].Confidence;
        foreach (var word in words) confidence = Math.Min(confidence, word.Confidence);
        var spoken = string.Join(' ', words.ToArray().Select(word => word.Text));
        shown.Add(words[0] with { Text = text + PunctuationAfter(words[^1].Text, text), SpokenForm = spoken, End = words[^1].End, Confidence = confidence });
    }

    // what the second pass writes after a word belongs to the sentence, not to the phrase
    private static string PunctuationAfter(string word, string phrase)
    {
        var end = word.Length;
        while (end > 0 && char.IsPunctuation(word[end - 1])) end--;
        return end == word.Length || phrase.EndsWith(word[^1]) ? "" : word[end..];
    }

    private static RecognizedWord Shown(WrittenWord written, RecognizedWord first) => first with
    {
        Text = written.Text,
        SpokenForm = written.Text == written.SpokenForm ? null : written.SpokenForm,
        End = written.End,
        Confidence = written.Confidence,
        Tags = written.Tags,
    };
}
