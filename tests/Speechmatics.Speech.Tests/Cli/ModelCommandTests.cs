using Speechmatics.Speech.Cli.Transcription;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Cli;

public class ModelCommandTests
{
    private readonly CommandLine _tool = new();

    [Fact]
    public async Task Inspect_shows_chunks_states_heads_and_hash()
    {
        _tool.Facts = new ModelFacts
        {
            Name = "tiny [draft]",
            Type = "tdt",
            Language = "en",
            ContentHash = "abc123",
            SampleRate = 16000,
            MelBins = 80,
            EncoderFrameMilliseconds = 80,
            ChunkFrames = [2, 8],
            DefaultChunkFrames = 8,
            LookAheadMilliseconds = 10,
            Heads = [TransducerHead.Tdt, TransducerHead.Rnnt],
            VocabularySize = 513,
            States = [new ModelState("key_0", [6, 64, 64], 98304)],
            Files = [new ModelFile("encoder.onnx", 17_700_000)],
        };
        Assert.Equal(0, await _tool.RunAsync("model", "inspect", "m"));
        foreach (var fact in (string[])["tiny [draft]", "abc123", "16000 Hz, 80 mel bins", "tdt, rnnt", "513 tokens", "98.3 kB", "6 x 64 x 64", "encoder.onnx", "17.7 MB"])
            Assert.Contains(fact, _tool.Out);
        Assert.Matches(@"\| 8 +\| 640 +\| 10 +\| yes", _tool.Out);
    }

    [Fact]
    public async Task Both_models_of_this_repository_can_be_inspected()
    {
        var first = await RecognizerTranscriber.InspectAsync(Repository.EnglishModel, TestContext.Current.CancellationToken);
        Assert.Equal((16000, 80.0, 4), (first.SampleRate, first.EncoderFrameMilliseconds, first.ChunkFrames.Length));
        var second = await RecognizerTranscriber.InspectAsync(Path.Combine(Repository.EnglishModel, "..", "en-enhanced"), TestContext.Current.CancellationToken);
        Assert.Equal((16000, 20.0, 0), (second.SampleRate, second.EncoderFrameMilliseconds, second.ChunkFrames.Length));
        Assert.Contains("utterances up to 30 s", second.Type);

        _tool.Facts = second;
        Assert.Equal(0, await _tool.RunAsync("model", "inspect", "m"));
        Assert.Contains("second pass", _tool.Out);
        Assert.DoesNotContain("chunk", _tool.Out);
    }

    [Fact]
    public async Task A_package_that_cannot_be_read_is_one_line_and_a_failure()
    {
        Assert.Equal(1, await _tool.RunAsync("model", "inspect", "nowhere"));
        Assert.Equal("speech: nowhere: no such folder\n", _tool.Error);
    }
}
