using Speechmatics.Speech.Decoding.Confidence;

namespace Speechmatics.Speech.Tests.Decoding.Confidence;

public class ConfidenceMeasuresTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(512)]
    [InlineData(1025)]
    public void Measures_equal_their_definitions_in_double(int count)
    {
        var random = new Random(count);
        for (var round = 0; round < 50; round++)
        {
            var logits = new float[count];
            var scale = 0.1 + (round * 0.3);
            for (var i = 0; i < count; i++) logits[i] = (float)(scale * ((random.NextDouble() * 4) - 2)) + 50;
            var scratch = new float[count];

            var exact = logits.Select(x => Math.Exp((double)x - 50)).ToArray();
            var p = exact.Select(x => x / exact.Sum()).ToArray();
            const double alpha = ConfidenceMeasures.DefaultAlpha;
            var entropy = (1 - p.Sum(x => Math.Pow(x, alpha))) / (1 - alpha);
            var least = Math.Exp((1 - Math.Pow(count, 1 - alpha)) / (1 - alpha));

            Assert.Equal(((p.Max() * count) - 1) / (count - 1), ConfidenceMeasures.MaximumProbability(logits, scratch), 1e-5);
            Assert.Equal((Math.Exp(entropy) - least) / (1 - least), ConfidenceMeasures.TsallisEntropy(logits, scratch), 1e-5);
            Assert.Equal(Math.Log(p[count / 2]), ConfidenceMeasures.LogProbability(logits, count / 2, scratch), 2e-5);
        }
    }

    [Fact]
    public void A_uniform_row_gives_no_confidence_and_a_certain_one_all()
    {
        var scratch = new float[512];
        var uniform = new float[512];
        Assert.Equal(0, ConfidenceMeasures.MaximumProbability(uniform, scratch), 1e-5);
        Assert.Equal(0, ConfidenceMeasures.TsallisEntropy(uniform, scratch), 1e-5);
        var certain = new float[512];
        certain[17] = 90;
        Assert.Equal(1, ConfidenceMeasures.MaximumProbability(certain, scratch), 1e-5);
        Assert.Equal(1, ConfidenceMeasures.TsallisEntropy(certain, scratch), 1e-5);
    }
}
