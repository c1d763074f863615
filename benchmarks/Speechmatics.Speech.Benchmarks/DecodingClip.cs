using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>A recording as decoders see it: encoder frames at the model's default chunk, streamed from an empty state, and what is said in it.</summary>
internal sealed record DecodingClip(string Audio, string[] Words, float[] Encoded, int Frames, double Seconds)
{
    /// <summary>Encodes one recording.</summary>
    public static async Task<DecodingClip> EncodeAsync(IAcousticModel model, BenchmarkStreams streams, string folder, string audio, string text)
    {
        var layout = model.Layout;
        await using var reader = await AudioSource.FromFile(Path.Combine(folder, audio)).OpenAsync();
        var samples = new List<float>();
        var buffer = new float[16000];
        while (await reader.ReadAsync(buffer) is > 0 and var count) samples.AddRange(buffer.AsSpan(0, count));
        var extractor = new LogMelExtractor(model.MelTables);
        var mel = new float[(samples.Count / layout.HopSamples) * layout.MelBins];
        var whole = extractor.Process(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(samples), mel);
        extractor.PeekTail(mel.AsSpan(whole * layout.MelBins));

        var melFrames = mel.Length / layout.MelBins;
        var (chunk, frames) = (layout.DefaultChunkFrames, (melFrames + layout.MelFramesPerEncoderFrame - 1) / layout.MelFramesPerEncoderFrame);
        var encoded = new float[frames * layout.OutputWidth];
        streams.Step.SetChunk(chunk);
        for (var first = 0; first < frames; first += chunk)
        {
            var window = streams.Step.MelWindow(0);
            window.Fill(layout.SilenceMel);
            var start = (first * layout.MelFramesPerEncoderFrame) - layout.MelFramesBefore;
            for (var i = Math.Max(0, -start); i < layout.MelWindowFrames(chunk) && start + i < melFrames; i++)
                mel.AsSpan((start + i) * layout.MelBins, layout.MelBins).CopyTo(window[(i * layout.MelBins)..]);
            streams.Step.SetProcessed(0, first);
            streams.Run(1);
            streams.KeepState(0, first, chunk);
            var take = Math.Min(chunk, frames - first) * layout.OutputWidth;
            streams.Step.Encoded(0)[..take].CopyTo(encoded.AsSpan(first * layout.OutputWidth));
        }

        return new DecodingClip(audio, text.Split(' ', StringSplitOptions.RemoveEmptyEntries), encoded, frames, samples.Count / (double)layout.SampleRate);
    }
}
