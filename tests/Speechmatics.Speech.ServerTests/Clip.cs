using System.Buffers.Binary;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Speechmatics.Speech.ServerTests;

/// <summary>A recording of samples/audio and what is said in it.</summary>
internal sealed partial record Clip(string File, string Text, double Seconds)
{
    private static readonly Lazy<Dictionary<string, Clip>> All = new(() => System.IO.File.ReadLines(Path.Combine(Repository.SampleAudio, "transcripts.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Select(json => new Clip(json.GetProperty("audio").GetString()!, json.GetProperty("text").GetString()!, json.GetProperty("seconds").GetDouble()))
        .ToDictionary(clip => clip.File));

    /// <summary>"can i get a cappuccino with skim milk": the default model hears it right.</summary>
    public static Clip Order => Named("orders-005.wav");

    /// <summary>"give me a medium roast americano with lots of sugar".</summary>
    public static Clip LongOrder => Named("orders-009.wav");

    public string FullPath => Path.Combine(Repository.SampleAudio, File);

    public static Clip Named(string file) => All.Value[file];

    /// <summary>The samples: PCM16 at 16 kHz, without the header.</summary>
    public byte[] Pcm()
    {
        var bytes = System.IO.File.ReadAllBytes(FullPath);
        var at = 12;
        while (!bytes.AsSpan(at, 4).SequenceEqual("data"u8)) at += 8 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));
        return bytes[(at + 8)..];
    }

    /// <summary>Word errors of <paramref name="heard"/> for each reference word, after lower-casing and without punctuation.</summary>
    public double ErrorRate(string heard) => ErrorRate(Text, heard);

    public static double ErrorRate(string reference, string heard)
    {
        var want = Words(reference);
        var got = Words(heard);
        var row = Enumerable.Range(0, got.Length + 1).ToArray();
        for (var i = 1; i <= want.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= got.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (want[i - 1] == got[j - 1] ? 0 : 1)));
        }

        return (double)row[^1] / want.Length;
    }

    private static string[] Words(string text) => NoWord().Replace(text.ToLowerInvariant(), " ").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("[^a-z0-9']+")]
    private static partial Regex NoWord();
}
