using System.Runtime.InteropServices;
using System.Text.Json;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>The sample recordings as samples, and ways to play them into sessions.</summary>
internal static class Clips
{
    private static readonly Lazy<Clip[]> Loaded = new(() => In(Repository.SampleAudio));

    public static IReadOnlyList<Clip> All => Loaded.Value;

    public static Clip Named(string name) => All.Single(clip => clip.Name == name);

    /// <summary>Plays a clip into a session at once, in pieces of <paramref name="pieceSamples"/>, and returns all events.</summary>
    public static async Task<List<SpeechEvent>> PlayAsync(SpeechSession session, ReadOnlyMemory<float> samples, int pieceSamples = 3200)
    {
        var reading = ReadAllAsync(session);
        for (var at = 0; at < samples.Length; at += pieceSamples)
            await session.WriteAsync(samples.Slice(at, Math.Min(pieceSamples, samples.Length - at)));
        session.Complete();
        return await reading;
    }

    public static async Task<List<SpeechEvent>> ReadAllAsync(SpeechSession session)
    {
        var events = new List<SpeechEvent>();
        await foreach (var speechEvent in session.ReadEventsAsync()) events.Add(speechEvent);
        return events;
    }

    /// <summary>The final words with their times and confidences, as one comparable text.</summary>
    public static string Words(IEnumerable<SpeechEvent> events) => string.Join(
        '\n',
        events.OfType<FinalTranscript>().SelectMany(final => final.Words).Select(word => $"{word.Text} {word.Start.TotalMilliseconds} {word.End.TotalMilliseconds} {word.Confidence:R}"));

    public static string Text(IEnumerable<SpeechEvent> events) => string.Join(' ', events.OfType<FinalTranscript>().Select(final => final.Text));

    /// <summary>All recordings of a folder that its <c>transcripts.jsonl</c> names.</summary>
    public static Clip[] In(string folder)
    {
        var clips = new List<Clip>();
        foreach (var line in File.ReadLines(Path.Combine(folder, "transcripts.jsonl")))
        {
            using var entry = JsonDocument.Parse(line);
            var file = entry.RootElement.GetProperty("audio").GetString()!;
            clips.Add(new Clip(Path.GetFileNameWithoutExtension(file), entry.RootElement.GetProperty("text").GetString()!, Read(Path.Combine(folder, file))));
        }

        return [.. clips];
    }

    private static float[] Read(string path)
    {
        // the recordings are plain 16 kHz PCM16 with a 44-byte header, so that the tests of sessions do not lean on the WAV reader
        var bytes = File.ReadAllBytes(path).AsSpan(44);
        var samples = new float[bytes.Length / 2];
        SampleConversion.Pcm16ToFloat(MemoryMarshal.Cast<byte, short>(bytes), samples);
        return samples;
    }
}

/// <summary>A sample recording.</summary>
internal sealed record Clip(string Name, string Text, float[] Samples);
