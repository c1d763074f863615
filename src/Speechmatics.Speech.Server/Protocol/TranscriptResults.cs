using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.TextForm;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>
/// The <c>results</c> of a transcript: words; the punctuation marks at their ends as results of their own without length; and where asked for, entities with what was said and what is written. A written form of several
/// words ("June 3, 2024") is cut into its words, which share its time by their length. A mark that is not permitted and a word replaced by nothing are left out.
/// </summary>
internal static class TranscriptResults
{
    private const string Marks = ".,?!;:";
    private const string SentenceEnds = ".?!";
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase) { "mr.", "mrs.", "ms.", "dr.", "st.", "jr.", "sr.", "vs.", "etc." };

    /// <returns>The same as text, with single spaces.</returns>
    public static string Write(Utf8JsonWriter json, ImmutableArray<RecognizedWord> words, RecognitionSettings settings)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            var whole = settings.Entities && word.SpokenForm is { } spoken && EntityClass.Of(word.Text, spoken) is { } kind && WriteEntity(json, text, word, spoken, kind, settings);
            if (!whole) WriteWords(json, text, word, settings);
        }

        return text.ToString();
    }

    /// <summary>The words of a text, with their marks after them.</summary>
    private static void WriteWords(Utf8JsonWriter json, StringBuilder text, RecognizedWord word, RecognitionSettings settings)
    {
        foreach (var (part, start, end) in Parts(word.Text, word.Start, word.End))
        {
            var bare = Bare(part);
            var shown = settings.Replace(bare);
            if (shown.Length == 0) continue;
            if (text.Length > 0) text.Append(' ');
            text.Append(shown);
            WriteResult(json, "word", shown, start, end, word, settings);
            WriteMarks(json, text, part.AsSpan(bare.Length), end, word, settings);
        }
    }

    /// <returns>Whether the entity is written; one that a replacement changes is no longer what was said.</returns>
    private static bool WriteEntity(Utf8JsonWriter json, StringBuilder text, RecognizedWord word, string spoken, string kind, RecognitionSettings settings)
    {
        var bare = Bare(word.Text);
        if (settings.Replacements.Count > 0 && bare.Split(' ').Any(part => settings.Replace(Bare(part)) != Bare(part))) return false;
        if (text.Length > 0) text.Append(' ');
        text.Append(bare);
        json.WriteStartObject();
        json.WriteString("type", "entity");
        json.WriteString("entity_class", kind);
        ServerMessages.WriteTime(json, "start_time", word.Start);
        ServerMessages.WriteTime(json, "end_time", word.End);
        json.WriteStartArray("spoken_form");
        foreach (var (part, start, end) in Parts(spoken, word.Start, word.End)) WriteResult(json, "word", Bare(part), start, end, word, settings);
        json.WriteEndArray();
        json.WriteStartArray("written_form");
        foreach (var (part, start, end) in Parts(bare, word.Start, word.End)) WriteResult(json, "word", Bare(part), start, end, word, settings);
        json.WriteEndArray();
        WriteAlternatives(json, bare, word, settings);
        json.WriteEndObject();
        WriteMarks(json, text, word.Text.AsSpan(bare.Length), word.End, word, settings);
        return true;
    }

    private static void WriteMarks(Utf8JsonWriter json, StringBuilder text, ReadOnlySpan<char> marks, TimeSpan end, RecognizedWord word, RecognitionSettings settings)
    {
        foreach (var mark in marks)
        {
            if (settings.PermittedMarks is { } permitted && !permitted.Contains(mark)) continue;
            text.Append(mark);
            WriteResult(json, "punctuation", mark.ToString(), end, end, word, settings, isEndOfSentence: SentenceEnds.Contains(mark));
        }
    }

    private static void WriteResult(
        Utf8JsonWriter json, string type, string content, TimeSpan start, TimeSpan end, RecognizedWord word, RecognitionSettings settings, bool? isEndOfSentence = null)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        ServerMessages.WriteTime(json, "start_time", start);
        ServerMessages.WriteTime(json, "end_time", end);
        if (isEndOfSentence is { } ends)
        {
            json.WriteBoolean("is_eos", ends);
            json.WriteString("attaches_to", "previous");
        }

        WriteAlternatives(json, content, word, settings);
        json.WriteEndObject();
    }

    private static void WriteAlternatives(Utf8JsonWriter json, string content, RecognizedWord word, RecognitionSettings settings)
    {
        json.WriteStartArray("alternatives");
        json.WriteStartObject();
        json.WriteString("content", content);
        json.WriteNumber("confidence", Math.Round((decimal)word.Confidence, 2));
        json.WriteString("language", settings.Language);
        if (settings.SpeakerLabels) json.WriteString("speaker", "UU");
        if (word.Tags != WordTags.None)
        {
            json.WriteStartArray("tags");
            if (word.Tags.HasFlag(WordTags.Disfluency)) json.WriteStringValue("disfluency");
            if (word.Tags.HasFlag(WordTags.Profanity)) json.WriteStringValue("profanity");
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>A word without the marks at its end; the point of "p.m." and of "Mr." is part of the word.</summary>
    private static string Bare(string word)
    {
        var end = word.AsSpan().TrimEnd(Marks).Length;
        if (end == 0) return word;
        if (end < word.Length && word[end] == '.' && (word.AsSpan(0, end).Contains('.') || Abbreviations.Contains(word[..(end + 1)])) && !char.IsAsciiDigit(word[end - 1])) end++;
        return end == word.Length ? word : word[..end];
    }

    /// <summary>The words of a text and their shares of its time.</summary>
    private static IEnumerable<(string Text, TimeSpan Start, TimeSpan End)> Parts(string text, TimeSpan start, TimeSpan end)
    {
        if (!text.Contains(' '))
        {
            yield return (text, start, end);
            yield break;
        }

        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var letters = parts.Sum(part => part.Length);
        var before = 0;
        foreach (var part in parts)
        {
            var from = start + ((end - start) * ((double)before / letters));
            before += part.Length;
            yield return (part, from, start + ((end - start) * ((double)before / letters)));
        }
    }
}
