using System.Text.Json.Nodes;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

public sealed class EnhancedSpeechModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("enhanced-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_package_loads_and_says_what_it_is()
    {
        await using var model = await EnhancedSpeechModel.LoadAsync(EnhancedModelFixture.Folder);
        Assert.Equal("en-enhanced", model.Name);
        Assert.Equal("en", model.Language);
        Assert.Equal(16000, model.SampleRate);
        Assert.Equal(TimeSpan.FromSeconds(30), model.MaxUtterance);
        Assert.Matches("^[0-9a-f]{64}$", model.ContentHash);
    }

    [Theory]
    [InlineData("type", "\"tdt\"", "type is tdt")]
    [InlineData("type", "null", "type is missing")]
    [InlineData("version", "9", "version is 9")]
    [InlineData("sampleRate", "8000", "sampleRate is 8000")]
    [InlineData("features.kind", "\"log-mel\"", "features.kind is log-mel")]
    [InlineData("features.fftSamples", "512", "features.fftSamples is 512")]
    [InlineData("features.floor", "null", "features.floor is missing")]
    [InlineData("encoder.maxSeconds", "20", "encoder.maxSeconds is 20")]
    [InlineData("encoder.framesPerSecond", "3", "encoder.framesPerSecond is 3")]
    [InlineData("encoder.file", "\"../encoder.onnx\"", "encoder.file is ../encoder.onnx")]
    [InlineData("decoder.file", "\"other.onnx\"", "other.onnx is missing")]
    [InlineData("decoder.layers", "5", "has no output \"cross_key_4\"")]
    [InlineData("decoder.heads", "8", "\"cross_key_0\" is float32 [any, 6, any, 64]")]
    [InlineData("decoder.alignmentHeads", "6", "\"alignment\"")]
    [InlineData("decoder.contextTokens", "2", "decoder.contextTokens is 2")]
    [InlineData("vocabulary", "1000", "vocabulary is 1000")]
    [InlineData("vocabulary", "51865", "\"logits\" is float32 [any, 51864]")]
    [InlineData("endOfText", "51000", "endOfText is 51000")]
    [InlineData("noSpeech", "-1", "noSpeech is -1")]
    [InlineData("prompt", "[]", "prompt is empty")]
    [InlineData("suppress", "[50256]", "suppress is 50256")]
    [InlineData("suppressFirst", "[1, 60000]", "suppressFirst[1] is 60000")]
    public async Task A_manifest_that_does_not_fit_is_named_with_its_field(string field, string value, string expected)
    {
        Copy();
        EditManifest(manifest =>
        {
            var parts = field.Split('.');
            var parent = parts.Length == 1 ? manifest : manifest[parts[0]]!;
            parent[parts[^1]] = JsonNode.Parse(value);
        });
        var error = await Assert.ThrowsAsync<SpeechModelException>(() => EnhancedSpeechModel.LoadAsync(_folder));
        Assert.Contains(expected, error.Message);
        Assert.NotNull(error.File);
    }

    [Theory]
    [InlineData("encoder.onnx")]
    [InlineData("decoder.onnx")]
    [InlineData("tokens.txt")]
    public async Task A_truncated_file_is_named_with_and_without_its_size_in_the_manifest(string name)
    {
        Copy();
        Replace(name, File.ReadAllBytes(Path.Combine(EnhancedModelFixture.Folder, name)).AsSpan()[..500_000]);
        var error = await Assert.ThrowsAsync<SpeechModelException>(() => EnhancedSpeechModel.LoadAsync(_folder));
        Assert.Contains($"files.{name}.bytes", error.Message);
        EditManifest(m => m.Remove("files"));
        error = await Assert.ThrowsAsync<SpeechModelException>(() => EnhancedSpeechModel.LoadAsync(_folder));
        Assert.Contains(name, error.Message);
    }

    [Fact]
    public async Task A_changed_file_is_found_by_its_hash_unless_that_is_switched_off()
    {
        Copy();
        var bytes = File.ReadAllBytes(Path.Combine(EnhancedModelFixture.Folder, "tokens.txt"));
        bytes[0] = (byte)'I' + 1;
        Replace("tokens.txt", bytes);
        var error = await Assert.ThrowsAsync<SpeechModelException>(() => EnhancedSpeechModel.LoadAsync(_folder));
        Assert.Contains("files.tokens.txt.sha256", error.Message);
        await using var model = await EnhancedSpeechModel.LoadAsync(_folder, new SpeechModelOptions { VerifyHashes = false });
        Assert.Equal("en-enhanced", model.Name);
    }

    [Theory]
    [InlineData("IQ= 0", "line 1")]
    [InlineData("IQ== 0\nIg== 0", "a second time")]
    [InlineData("IQ== 0\nIg== 2", "none with the id 1")]
    [InlineData("", "no tokens")]
    public async Task A_vocabulary_that_cannot_be_read_is_named_with_its_line(string content, string expected)
    {
        Copy();
        EditManifest(m => m.Remove("files"));
        Replace("tokens.txt", System.Text.Encoding.UTF8.GetBytes(content));
        var error = await Assert.ThrowsAsync<SpeechModelException>(() => EnhancedSpeechModel.LoadAsync(_folder));
        Assert.Contains(expected, error.Message);
        Assert.EndsWith("tokens.txt", error.File);
    }

    [Fact]
    public async Task A_missing_folder_file_and_manifest_are_named()
    {
        var error = await Assert.ThrowsAsync<SpeechModelException>(() => EnhancedSpeechModel.LoadAsync(Path.Combine(_folder, "nowhere")));
        Assert.Contains("nowhere does not exist", error.Message);
        error = await Assert.ThrowsAsync<SpeechModelException>(() => EnhancedSpeechModel.LoadAsync(_folder));
        Assert.Contains("model.json is missing", error.Message);
        Copy();
        File.Delete(Path.Combine(_folder, "decoder.onnx"));
        error = await Assert.ThrowsAsync<SpeechModelException>(() => EnhancedSpeechModel.LoadAsync(_folder));
        Assert.Contains("decoder.onnx is missing", error.Message);
    }

    [Fact]
    public async Task Loading_can_be_cancelled() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EnhancedSpeechModel.LoadAsync(EnhancedModelFixture.Folder, null, new CancellationToken(true)));

    [Fact]
    public async Task A_network_outlives_its_model_but_none_is_made_after_it()
    {
        var model = await EnhancedSpeechModel.LoadAsync(EnhancedModelFixture.Folder);
        using var network = model.CreateNetwork(1);
        await model.DisposeAsync();
        await model.DisposeAsync();
        network.Begin(1, 100);
        network.Encode(0, new float[100 * 80]);
        network.Step([50257, 50362], 2);
        Assert.True(float.IsFinite(network.Logits(0)[0]));
        Assert.Throws<ObjectDisposedException>(() => model.CreateNetwork(1));
    }

    /// <summary>The package by links: its files are never written through them.</summary>
    private void Copy()
    {
        foreach (var file in Directory.GetFiles(EnhancedModelFixture.Folder))
        {
            var target = Path.Combine(_folder, Path.GetFileName(file));
            if (Path.GetExtension(file) == ".json") File.Copy(file, target);
            else File.CreateSymbolicLink(target, file);
        }
    }

    private void EditManifest(Action<JsonObject> edit)
    {
        var path = Path.Combine(_folder, "model.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
    }

    private void Replace(string name, ReadOnlySpan<byte> content)
    {
        File.Delete(Path.Combine(_folder, name));
        File.WriteAllBytes(Path.Combine(_folder, name), content.ToArray());
    }
}
