using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>
/// One JSON object for each recording, written at its end; several recordings make an array. Times are seconds from the start of the audio, to the millisecond.
/// <code>
/// {
///   "audio":      string    the recording as named on the command line, "-" for standard input
///   "text":       string    all words, joined with single spaces
///   "utterances": [ {       in time order; an utterance ends at a pause, at its greatest length or with the audio
///     "text":  string
///     "start": number, "end": number
///     "words": [ { "text": string, "start": number, "end": number, "confidence": number 0 to 1,
///                 "spoken": string (what was said, where "text" is another form of it), "tags": [ "profanity" | "disfluency" ] } ]    both absent where there is nothing to tell
///     "removed": words as above that were left out of the text; absent when there are none
///   } ]
///   "notices":    [ { "kind": string, "message": string, "time": number } ]    absent when there are none
///   "error":      string    why recognition broke off; absent when it did not
/// }
/// </code>
/// </summary>
internal sealed class JsonTranscriptWriter(TextWriter output, string name) : ITranscriptWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(List<RecognizedWord> Words, List<RecognizedWord> Removed)> _utterances = [];
    private readonly List<SessionNotice> _notices = [];
    private bool _inUtterance;

    public void Write(SpeechEvent speechEvent)
    {
        switch (speechEvent)
        {
            case FinalTranscript final:
                Open();
                _utterances[^1].Words.AddRange(final.Words);
                break;
            case EndOfUtterance end:
                if (!end.RemovedWords.IsEmpty)
                {
                    Open();
                    _utterances[^1].Removed.AddRange(end.RemovedWords);
                }

                _inUtterance = false;
                break;
            case SessionNotice notice:
                _notices.Add(notice);
                break;
        }
    }

    public void End(string? error)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("audio", name);
            json.WriteString("text", TextOf(_utterances.SelectMany(u => u.Words)));
            json.WriteStartArray("utterances");
            foreach (var (words, removed) in _utterances)
                WriteUtterance(json, words, removed);
            json.WriteEndArray();
            if (_notices.Count > 0)
                WriteNotices(json);
            if (error is not null)
                json.WriteString("error", error);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        output.Flush();
    }

    private void Open()
    {
        if (!_inUtterance)
            _utterances.Add(([], []));
        _inUtterance = true;
    }

    private static void WriteUtterance(Utf8JsonWriter json, List<RecognizedWord> words, List<RecognizedWord> removed)
    {
        var spoken = words.Concat(removed).ToList();
        json.WriteStartObject();
        json.WriteString("text", TextOf(words));
        json.WriteNumber("start", Seconds(spoken.Min(w => w.Start)));
        json.WriteNumber("end", Seconds(spoken.Max(w => w.End)));
        WriteWords(json, "words", words);
        if (removed.Count > 0)
            WriteWords(json, "removed", removed);
        json.WriteEndObject();
    }

    private static void WriteWords(Utf8JsonWriter json, string name, List<RecognizedWord> words)
    {
        json.WriteStartArray(name);
        foreach (var word in words)
        {
            json.WriteStartObject();
            json.WriteString("text", word.Text);
            json.WriteNumber("start", Seconds(word.Start));
            json.WriteNumber("end", Seconds(word.End));
            json.WriteNumber("confidence", Math.Round((decimal)word.Confidence, 3));
            if (word.SpokenForm is not null)
                json.WriteString("spoken", word.SpokenForm);
            WriteTags(json, word.Tags);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTags(Utf8JsonWriter json, WordTags tags)
    {
        if (tags == WordTags.None)
            return;
        json.WriteStartArray("tags");
        if (tags.HasFlag(WordTags.Profanity))
            json.WriteStringValue("profanity");
        if (tags.HasFlag(WordTags.Disfluency))
            json.WriteStringValue("disfluency");
        json.WriteEndArray();
    }

    private void WriteNotices(Utf8JsonWriter json)
    {
        json.WriteStartArray("notices");
        foreach (var notice in _notices)
        {
            json.WriteStartObject();
            json.WriteString("kind", notice.Kind.ToString());
            json.WriteString("message", notice.Message);
            json.WriteNumber("time", Seconds(notice.Time));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string TextOf(IEnumerable<RecognizedWord> words) => string.Join(' ', words.Select(w => w.Text));

    private static decimal Seconds(TimeSpan time) => Math.Round(time.Ticks / (decimal)TimeSpan.TicksPerSecond, 3);
}
