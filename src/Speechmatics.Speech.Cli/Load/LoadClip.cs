using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>A recording as sessions send it, with its words as they are compared.</summary>
internal sealed record LoadClip(string Name, IReadOnlyList<string> Words, byte[] Audio, int Samples)
{
    /// <summary>How its words, and those heard, are made comparable.</summary>
    public Normalisation Normalisation { get; init; }

    /// <summary>Reads the recordings that a folder's <c>transcripts.jsonl</c> names and brings them to the rate and encoding of the sessions.</summary>
    /// <exception cref="UsageException">The folder has no such file.</exception>
    public static async Task<LoadClip[]> ReadAllAsync(string folder, int sampleRate, AudioEncoding encoding, Normalisation normalisation, CancellationToken cancellationToken)
    {
        var manifest = Path.Combine(folder, "transcripts.jsonl");
        if (!File.Exists(manifest)) throw new UsageException($"--audio {folder}: a folder of recordings with transcripts.jsonl is expected");
        var clips = new List<LoadClip>();
        foreach (var entry in ManifestEntry.ReadAll(manifest))
        {
            var samples = await ReadAsync(Path.Combine(folder, entry.Audio), sampleRate, cancellationToken).ConfigureAwait(false);
            clips.Add(new LoadClip(entry.Audio, TextNormaliser.Words(entry.Text, normalisation), SampleEncoder.Encode(samples, encoding), samples.Length) { Normalisation = normalisation });
        }

        return [.. clips];
    }

    private static async Task<float[]> ReadAsync(string path, int sampleRate, CancellationToken cancellationToken)
    {
        var reader = await AudioSource.FromFile(path).OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var resampler = new StreamingResampler(reader.SampleRate, sampleRate);
        var input = new float[4096];
        var output = new float[Math.Max(resampler.MaxOutput(input.Length), resampler.MaxFlush)];
        var samples = new List<float>();
        while (await reader.ReadAsync(input, cancellationToken).ConfigureAwait(false) is var read and > 0)
            samples.AddRange(output.AsSpan(0, resampler.Process(input.AsSpan(0, read), output)));
        samples.AddRange(output.AsSpan(0, resampler.Flush(output)));
        if (reader.Notice is { } notice) throw new InvalidDataException($"{path}: {notice}");
        return [.. samples];
    }
}
