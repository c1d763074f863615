using System.Globalization;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>From <c>--chunk-ms</c> to the encoder frames of a model.</summary>
internal static class ChunkSizes
{
    /// <summary>The chunk of exactly <paramref name="milliseconds"/>, in encoder frames.</summary>
    /// <exception cref="UsageException">The model has no such chunk; the message lists those it has.</exception>
    public static int ToFrames(int milliseconds, double frameMilliseconds, IEnumerable<int> chunkFrames)
    {
        foreach (var frames in chunkFrames)
            if (Math.Abs((frames * frameMilliseconds) - milliseconds) < 0.5)
                return frames;

        var offered = string.Join(", ", chunkFrames.Select(f => Math.Round(f * frameMilliseconds).ToString(CultureInfo.InvariantCulture)));
        throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--chunk-ms {milliseconds}: this model's chunks are {offered} ms"));
    }
}
