using System.Collections.Immutable;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Decoding.TextForm;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Turns the words of a final into what is shown: phrases of the custom vocabulary as it writes them, all else by the session's formatting. Immutable; safe for any number of threads.
/// </summary>
internal sealed class WordDisplay(CustomVocabulary? vocabulary, PieceEncoder? encoder, TextFormatting formatting)
{
    private static readonly EnglishFormatter Formatter = new();

    /// <summary>The words to show, in the same order. A phrase of as many words as were said keeps each word's times; any other becomes one word.</summary>
    /// <param name="words">The words as recognised.</param>
    /// <param name="continues">Whether the utterance has earlier finals, so that the first word begins no sentence.</param>
    public ImmutableArray<RecognizedWord> Apply(RecognizedWord[] words, bool continues)
    {
        var phrases = vocabulary is null ? [] : FindPhrases(words);
        if (phrases.Count == 0 && formatting == TextFormatting.None) return [.. words];
        var shown = ImmutableArray.CreateBuilder<RecognizedWord>(words.Length);
        var written = formatting == TextFormatting.Written ? Formatter.Format(words, continues) : null;
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
        // the pieces of the text, not those the decoder happened to take: one spelling has many divisions
        var tokens = new List<int>();
        var wordOf = new List<int>();
        for (var i = 0; i < words.Length; i++)
        {
            encoder!.Encode(words[i].Text, tokens);
            while (wordOf.Count < tokens.Count) wordOf.Add(i);
        }

        var matches = new List<PhraseMatch>();
        vocabulary!.Compile(encoder!).FindMatches(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens), matches);
        var phrases = new Dictionary<int, (int Words, string Text)>();
        foreach (var match in matches)
        {
            var (first, last) = (wordOf[match.FirstToken], wordOf[match.FirstToken + match.TokenCount - 1]);
            phrases[first] = (last - first + 1, vocabulary.Phrases[match.PhraseId].Text);
        }

        return phrases;
    }

    private static void AddPhrase(ImmutableArray<RecognizedWord>.Builder shown, ReadOnlySpan<RecognizedWord> words, string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == words.Length)
        {
            for (var i = 0; i < parts.Length; i++) shown.Add(parts[i] == words[i].Text ? words[i] : words[i] with { Text = parts[i], SpokenForm = words[i].Text });
            return;
        }

        var confidence = words[0].Confidence;
        foreach (var word in words) confidence = Math.Min(confidence, word.Confidence);
        var spoken = string.Join(' ', words.ToArray().Select(word => word.Text));
        shown.Add(words[0] with { Text = text, SpokenForm = spoken, End = words[^1].End, Confidence = confidence });
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
