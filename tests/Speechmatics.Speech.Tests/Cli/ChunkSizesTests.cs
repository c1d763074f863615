using Speechmatics.Speech.Cli;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Tests.Cli;

public class ChunkSizesTests
{
    [Fact]
    public void Milliseconds_become_encoder_frames() => Assert.Equal(8, ChunkSizes.ToFrames(640, 80, [2, 4, 8, 16]));

    [Fact]
    public void Another_size_is_refused_with_those_the_model_has()
    {
        var refused = Assert.Throws<UsageException>(() => ChunkSizes.ToFrames(500, 80, [2, 4, 8, 16]));
        Assert.Equal("--chunk-ms 500: this model's chunks are 160, 320, 640, 1280 ms", refused.Message);
    }
}
