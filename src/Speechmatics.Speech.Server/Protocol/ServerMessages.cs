using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>Writes the messages to clients, as UTF-8 JSON. Times are seconds of audio with two decimals.</summary>
internal static class ServerMessages
{
    public const int MaxAudioAddedBytes = 64;

    private const string Format = "2.9";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    public static byte[] RecognitionStarted(string id, string language, bool writesNumbers) => Write("RecognitionStarted", (id, language, writesNumbers), static (json, state) =>
    {
        json.WriteString("id", state.id);
        json.WriteString("orchestrator_version", "Speechmatics.Speech");
        json.WriteStartObject("language_pack_info");
        json.WriteString("word_delimiter", " ");
        json.WriteString("language_description", state.language.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? "English" : state.language);
        json.WriteString("writing_direction", "left-to-right");
        json.WriteBoolean("itn", state.writesNumbers);
        json.WriteBoolean("adapted", false);
        json.WriteEndObject();
    });

    /// <summary>AudioAdded, of which there is one for every message of audio.</summary>
    /// <returns>The bytes written.</returns>
    public static int WriteAudioAdded(Span<byte> destination, long sequence)
    {
        Utf8.TryWrite(destination, CultureInfo.InvariantCulture, $"{{\"message\":\"AudioAdded\",\"seq_no\":{sequence}}}", out var written);
        return written;
    }

    public static byte[] EndOfTranscript() => Write("EndOfTranscript", 0, static (_, _) => { });

    public static byte[] EndOfUtterance(TimeSpan time, bool forced) => Write("EndOfUtterance", (time, forced), static (json, state) =>
    {
        json.WriteString("format", Format);
        json.WriteStartObject("metadata");
        WriteTime(json, "start_time", state.time);
        WriteTime(json, "end_time", state.time);
        json.WriteEndObject();
        if (state.forced) json.WriteBoolean("forced", true);
    });

    public static byte[] SpeechEvent(bool started, TimeSpan time) => Write(started ? "AudioEventStarted" : "AudioEventEnded", (started, time), static (json, state) =>
    {
        json.WriteStartObject("event");
        json.WriteString("type", "speech");
        WriteTime(json, state.started ? "start_time" : "end_time", state.time);
        json.WriteEndObject();
    });

    public static byte[] SpeakersResult() => Write("SpeakersResult", 0, static (json, _) =>
    {
        json.WriteStartArray("speakers");
        json.WriteEndArray();
    });

    public static byte[] Warning(string type, string reason) => Notice("Warning", type, reason);

    public static byte[] Info(string type, string reason) => Notice("Info", type, reason);

    public static byte[] Error(ProtocolException error) => Notice("Error", error.Type.Name, error.Message);

    public static byte[] Quality(int sampleRate) => Write("Info", sampleRate < 12000 ? "telephony" : "broadcast", static (json, quality) =>
    {
        json.WriteString("type", "recognition_quality");
        json.WriteString("reason", $"Running recognition using a {quality} model quality.");
        json.WriteString("quality", quality);
    });

    public static byte[] Usage(int usage, int quota, DateTimeOffset now) => Write("Info", (usage, quota, now), static (json, state) =>
    {
        json.WriteString("type", "concurrent_session_usage");
        json.WriteString("reason", $"{state.usage} concurrent sessions active out of quota {state.quota}.");
        json.WriteNumber("usage", state.usage);
        json.WriteNumber("quota", state.quota);
        json.WriteString("last_updated", state.now.UtcDateTime);
    });

    /// <param name="final">AddTranscript, whose text ends with a space so that texts can be concatenated; else AddPartialTranscript.</param>
    /// <param name="words">The words; none when the message only says up to where the audio was heard.</param>
    /// <param name="at">Where the message stands when there are no words.</param>
    /// <param name="settings">Which marks and labels are wanted.</param>
    /// <param name="forced">Whether ForceEndOfUtterance made it.</param>
    public static byte[] Transcript(bool final, ImmutableArray<RecognizedWord> words, TimeSpan at, RecognitionSettings settings, bool forced = false) =>
        Write(final ? "AddTranscript" : "AddPartialTranscript", (final, words, at, settings, forced), static (json, state) =>
        {
            json.WriteString("format", Format);
            if (state.forced) json.WriteBoolean("forced", true);
            json.WriteStartArray("results");
            var text = TranscriptResults.Write(json, state.words, state.settings);
            json.WriteEndArray();
            json.WriteStartObject("metadata");
            WriteTime(json, "start_time", state.words.IsEmpty ? state.at : state.words[0].Start);
            WriteTime(json, "end_time", state.words.IsEmpty ? state.at : state.words[^1].End);
            json.WriteString("transcript", state.final && text.Length > 0 ? text + " " : text);
            json.WriteEndObject();
        });

    internal static void WriteTime(Utf8JsonWriter json, string name, TimeSpan time) => json.WriteNumber(name, Math.Round(time.Ticks / (decimal)TimeSpan.TicksPerSecond, 2));

    private static byte[] Notice(string message, string type, string reason) => Write(message, (type, reason), static (json, state) =>
    {
        json.WriteString("type", state.type);
        json.WriteString("reason", state.reason);
    });

    private static byte[] Write<T>(string message, T state, Action<Utf8JsonWriter, T> members)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("message", message);
            members(json, state);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
