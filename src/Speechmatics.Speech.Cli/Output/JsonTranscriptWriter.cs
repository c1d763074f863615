using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Speechmatics.Speech.Decoding;
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
///     "words": [ { "text": string, "start": number, "end": number, "confidence": number 0 to 1 } ]
///   } ]
///   "notices":    [ { "kind": string, "message": string, "time": number } ]    absent when there are none
///   "error":      string    why recognition broke off; absent when it did not
/// }
/// </code>
/// </summary>
internal sealed class JsonTranscriptWriter(TextWriter output, string name) : ITranscriptWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<List<RecognizedWord>> _utterances = [];
    private readonly List<SessionNotice> _notices = [];
    private bool _inUtterance;

    public void Write(SpeechEvent speechEvent)
    {
        switch (speechEvent)
        {
            case FinalTranscript final:
                if (!_inUtterance)
                    _utterances.Add([]);
                _inUtterance = true;
                _utterances[^1].AddRange(final.Words);
                break;
            case EndOfUtterance:
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
            json.WriteString("text", TextOf(_utterances.SelectMany(u => u)));
            json.WriteStartArray("utterances");
            foreach (var words in _utterances)
                WriteUtterance(json, words);
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

    private static void WriteUtterance(Utf8JsonWriter json, List<RecognizedWord> words)
    {
        json.WriteStartObject();
        json.WriteString("text", TextOf(words));
        json.WriteNumber("start", Seconds(words[0].Start));
        json.WriteNumber("end", Seconds(words[^1].End));
        json.WriteStartArray("words");
        foreach (var word in words)
        {
            json.WriteStartObject();
            json.WriteString("text", word.Text);
            json.WriteNumber("start", Seconds(word.Start));
            json.WriteNumber("end", Seconds(word.End));
            json.WriteNumber("confidence", Math.Round((decimal)word.Confidence, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
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
