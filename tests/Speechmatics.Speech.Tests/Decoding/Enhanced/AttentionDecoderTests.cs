using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding;

public sealed class AttentionDecoderTests : IAsyncLifetime
{
    private EnhancedSpeechModel _model = null!;

    public async ValueTask InitializeAsync() => _model = await EnhancedSpeechModel.LoadAsync(Path.Combine(Repository.Root, "models", "en-enhanced"));

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    [Fact]
    public void Explore()
    {
        using var decoder = new AttentionDecoder(_model.CreateNetwork(8), _model.Vocabulary);
        var h = new AttentionHypothesis();
        foreach (var golden in EnhancedGolden.Load())
        {
            var audio = golden.Audio();
            var padded = UtterancePadding.PaddedSamples(audio.Length);
            Assert.Equal(golden.PaddedSeconds * 16000, padded);
            var mel = ReferenceWhisperMel.Compute(audio, padded);
            var m = golden.Mel();
            var d = m is null ? -1 : m.Zip(mel).Max(p => Math.Abs(p.First - p.Second));
            decoder.Decode([new AttentionRow { Mel = mel, MaxTokens = 4 + 9 * audio.Length / 16000, AlignmentFrames = (audio.Length + 319) / 320 }], [h], default);
            var peaks = new int[h.AlignmentRows];
            var full = new int[h.AlignmentRows];
            for (var i = 0; i < peaks.Length; i++)
            {
                var sum = new float[h.AlignmentFrames];
                for (var k = 0; k < 8; k++) for (var t = 0; t < sum.Length; t++) sum[t] += h.Alignment(i, k)[t];
                peaks[i] = Array.IndexOf(sum, sum.Max());
            }
            TestContext.Current.TestOutputHelper!.WriteLine($"{golden.Name} mel {d:g3} equal={h.Tokens.SequenceEqual(golden.Ids)} mean {h.MeanLogProbability:f3}/{golden.MeanLogProbability} without end {h.LogProbabilities[..^1].ToArray().Average():f3} nospeech {h.NoSpeechProbability:g3} peaks {string.Join(',', peaks)} gold {string.Join(',', golden.AttentionPeakFrames)}");
        }
    }
}
