using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Tests.Features;

public class MelFilterBankTests
{
    [Theory]
    [InlineData(80, 512, 16000)]
    [InlineData(128, 512, 16000)]
    [InlineData(80, 400, 16000)]
    [InlineData(40, 256, 8000)]
    public void Filters_rise_and_fall_once_overlap_only_their_neighbours_and_have_equal_area(int filters, int fft, int sampleRate)
    {
        var bank = new MelFilterBank(filters, fft, sampleRate, 0, sampleRate / 2.0);
        for (var k = 0; k <= fft / 2; k++)
            Assert.InRange(Enumerable.Range(0, filters).Count(m => bank.Weight(m, k) > 0), 0, 2);

        for (var m = 0; m < filters; m++)
        {
            var weights = Enumerable.Range(0, (fft / 2) + 1).Select(k => bank.Weight(m, k)).ToArray();
            var peak = Array.IndexOf(weights, weights.Max());
            Assert.All(Enumerable.Range(1, peak), k => Assert.True(weights[k] >= weights[k - 1]));
            Assert.All(Enumerable.Range(peak + 1, (fft / 2) - peak), k => Assert.True(weights[k] <= weights[k - 1]));

            // a triangle of area 1, sampled: the more bins it has, the closer
            var bins = weights.Count(w => w > 0);
            if (bins >= 4)
                Assert.Equal(1, weights.Sum() * sampleRate / fft, 0.6 / bins);
        }
    }

    [Fact]
    public void Weights_are_those_that_librosa_gives()
    {
        // filters.mel(sr=16000, n_fft=400, n_mels=80), as in Whisper's mel_filters.npz
        var bank = new MelFilterBank(80, 400, 16000, 0, 8000);
        Assert.Equal(0, bank.Weight(0, 0));
        Assert.Equal(0.0248626f, bank.Weight(0, 1), 1e-6);
        Assert.Equal(0.00199082f, bank.Weight(1, 1), 1e-6);
        Assert.Equal(0.0228718f, bank.Weight(1, 2), 1e-6);
    }

    [Fact]
    public void Filters_keep_to_their_range()
    {
        var bank = new MelFilterBank(20, 512, 16000, 300, 3400);
        for (var k = 0; k <= 256; k++)
        {
            var hz = k * 31.25;
            if (hz is <= 300 or >= 3400)
                Assert.All(Enumerable.Range(0, 20), m => Assert.Equal(0, bank.Weight(m, k)));
        }
    }
}
