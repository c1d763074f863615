namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>
/// Writes the words of one utterance as English is written: capitals, numbers, times, dates, money, percentages. Words that merge into one take the first one's start, the last one's end and
/// the least confidence. A pure function, safe for any number of threads; meant for finals, since what a number means depends on the words after it.
/// </summary>
/// <remarks>
/// Rules are tried in order, the first that fits wins; where the meaning is unclear, words stay as they were said. Numbers below ten stay words unless a unit, a label such as "page" or
/// a neighbour asks for figures. Punctuation, where words carry it, is kept and never crossed.
/// </remarks>
internal sealed class EnglishFormatter(EnglishFormatterOptions? options = null)
{
    private static readonly Rule[] Rules =
    [
        EnglishCalendar.Date, EnglishQuantities.Money, EnglishQuantities.Percent, EnglishCalendar.Time, EnglishQuantities.Digits, EnglishCalendar.Year, EnglishQuantities.Ordinal,
        EnglishQuantities.Number,
    ];

    private readonly EnglishFormatterOptions _options = options ?? new EnglishFormatterOptions();

    private delegate WrittenSpan Rule(in SpokenText words, int at);

    /// <summary>Writes the words of one utterance, or of a part of it that <paramref name="continues"/> it.</summary>
    public IReadOnlyList<WrittenWord> Format(IReadOnlyList<RecognizedWord> words, bool continues = false)
    {
        var text = new SpokenText(words);
        var written = new List<WrittenWord>(words.Count);
        for (var at = 0; at < words.Count;)
        {
            var span = _options.WriteNumbers ? Match(text, at) : WrittenSpan.None;
            if (span.Text is null)
            {
                for (var end = at + Math.Max(1, span.Length); at < end; at++) written.Add(Plain(words[at], text, at, isFirst: written.Count == 0 && !continues));
                continue;
            }

            written.Add(Merge(words, text, at, span));
            at += span.Length;
        }

        return written;
    }

    private static WrittenSpan Match(in SpokenText text, int at)
    {
        var together = text.UntilBreak(at);
        foreach (var rule in Rules)
        {
            var span = rule(together, at);
            if (span.Matched) return span;
        }

        return WrittenSpan.None;
    }

    private WrittenWord Plain(RecognizedWord word, in SpokenText text, int at, bool isFirst)
    {
        var tags = EnglishProfanity.Contains(text[at]) ? WordTags.Profanity : WordTags.None;
        if (EnglishDisfluencies.IsDisfluent(text, at)) tags |= WordTags.Disfluency;
        var capital = _options.Capitalise && (isFirst || text[at] is "i" or "i'm" or "i'll" or "i've" or "i'd" || EnglishCalendar.IsName(text[at]));
        var shown = capital ? EnglishCalendar.Capitalise(word.Text) : word.Text;
        return new WrittenWord
        {
            Text = (tags & WordTags.Profanity) != 0 && _options.MaskProfanity ? EnglishProfanity.Mask(shown) : shown,
            SpokenForm = word.Text,
            Start = word.Start,
            End = word.End,
            Confidence = word.Confidence,
            Tags = tags,
        };
    }

    private static WrittenWord Merge(IReadOnlyList<RecognizedWord> words, in SpokenText text, int at, WrittenSpan span)
    {
        var end = at + span.Length - 1;
        var last = words[end];
        var parts = words.Skip(at).Take(span.Length);
        // the point of "p.m." ends a sentence only at the end
        var punctuation = text.BreaksAfter(end) || (end == text.Count - 1 && last.Text.EndsWith('.')) ? last.Text[^1..] : "";
        return new WrittenWord
        {
            Text = span.Text + punctuation,
            SpokenForm = string.Join(' ', parts.Select(word => word.Text)),
            Start = words[at].Start,
            End = last.End,
            Confidence = parts.Min(word => word.Confidence),
        };
    }
}
