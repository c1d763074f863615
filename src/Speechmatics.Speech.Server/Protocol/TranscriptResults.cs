using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>
/// The <c>results</c> of a transcript: words, and the punctuation marks at their ends as results of their own without length, as the protocol has them. A mark that is not permitted is left out.
/// </summary>
internal static class TranscriptResults
{
    private const string Marks = ".,?!;:";
    private const string SentenceEnds = ".?!";

    /// <returns>The same as text, with single spaces.</returns>
    public static string Write(Utf8JsonWriter json, ImmutableArray<RecognizedWord> words, RecognitionSettings settings)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            var bare = word.Text.TrimEnd(Marks.ToCharArray());
            if (bare.Length == 0) bare = word.Text;
            if (text.Length > 0) text.Append(' ');
            text.Append(bare);
            WriteResult(json, "word", bare, word.Start, word.End, word.Confidence, settings);
            foreach (var mark in word.Text.AsSpan(bare.Length))
            {
                if (settings.PermittedMarks is { } permitted && !permitted.Contains(mark)) continue;
                text.Append(mark);
                WriteResult(json, "punctuation", mark.ToString(), word.End, word.End, word.Confidence, settings, isEndOfSentence: SentenceEnds.Contains(mark));
            }
        }

        return text.ToString();
    }

    private static void WriteResult(
        Utf8JsonWriter json, string type, string content, TimeSpan start, TimeSpan end, float confidence, RecognitionSettings settings, bool? isEndOfSentence = null)
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

        json.WriteStartArray("alternatives");
        json.WriteStartObject();
        json.WriteString("content", content);
        json.WriteNumber("confidence", Math.Round((decimal)confidence, 2));
        json.WriteString("language", settings.Language);
        if (settings.SpeakerLabels) json.WriteString("speaker", "UU");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
