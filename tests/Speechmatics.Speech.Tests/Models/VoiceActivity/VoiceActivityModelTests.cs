using System.Text.Json.Nodes;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Tests.Sessions;

namespace Speechmatics.Speech.Tests.Models;

public sealed class VoiceActivityModelTests : IDisposable
{
    private const string Network = "silero_vad_16k.onnx";
    private readonly string _folder = Directory.CreateTempSubdirectory("voice-activity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_package_loads_and_says_what_it_is()
    {
        await using var model = await VoiceActivityModel.LoadAsync(VoiceActivityModelFixture.Folder);
        Assert.Equal("silero-vad", model.Name);
        Assert.Equal(16000, model.SampleRate);
        Assert.Equal(TimeSpan.FromMilliseconds(32), model.Window);
        Assert.Matches("^[0-9a-f]{64}$", model.ContentHash);
    }

    [Theory]
    [InlineData("type", "\"tdt\"", "type is tdt")]
    [InlineData("type", "null", "type is missing")]
    [InlineData("name", "\"\"", "name is missing")]
    [InlineData("version", "2", "version is 2")]
    [InlineData("sampleRate", "0", "sampleRate is 0")]
    [InlineData("windowSamples", "null", "windowSamples is missing")]
    [InlineData("contextSamples", "-1", "contextSamples is -1")]
    [InlineData("contextSamples", "600", "contextSamples is 600")]
    [InlineData("state", "null", "state is missing")]
    [InlineData("state.layers", "3", "[3, any, 128]")]
    [InlineData("state.width", "0", "state.width is 0")]
    [InlineData("state.width", "64", "[2, any, 64]")]
    [InlineData("file", "\"../other.onnx\"", "file is ../other.onnx")]
    [InlineData("file", "\"other.onnx\"", "other.onnx is missing")]
    public async Task A_manifest_that_does_not_fit_is_named_with_its_field(string field, string value, string expected)
    {
        Copy();
        EditManifest(manifest =>
        {
            var parts = field.Split('.');
            var parent = parts.Length == 1 ? manifest : manifest[parts[0]]!;
            parent[parts[^1]] = JsonNode.Parse(value);
        });
        var error = await Assert.ThrowsAsync<SpeechModelException>(() => VoiceActivityModel.LoadAsync(_folder));
        Assert.Contains(expected, error.Message);
        Assert.NotNull(error.File);
    }

    [Fact]
    public async Task A_truncated_or_changed_file_is_named_with_the_fix()
    {
        Copy();
        var path = Path.Combine(_folder, Network);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..500_000]);
        Assert.Contains($"files.{Network}.bytes", (await Assert.ThrowsAsync<SpeechModelException>(() => VoiceActivityModel.LoadAsync(_folder))).Message);
        EditManifest(manifest => manifest.Remove("files"));
        Assert.Contains("truncated", (await Assert.ThrowsAsync<SpeechModelException>(() => VoiceActivityModel.LoadAsync(_folder))).Message);
        File.Copy(Path.Combine(VoiceActivityModelFixture.Folder, "model.json"), Path.Combine(_folder, "model.json"), overwrite: true);
        bytes[^100] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("SHA-256", (await Assert.ThrowsAsync<SpeechModelException>(() => VoiceActivityModel.LoadAsync(_folder))).Message);
    }

    [Fact]
    public async Task A_row_hears_the_same_to_the_bit_alone_and_among_others()
    {
        await using var model = await VoiceActivityModel.LoadAsync(VoiceActivityModelFixture.Folder);
        var clips = Clips.All.Where(clip => clip.Samples.Length > 24000).Take(16).Select(clip => clip.Samples).ToArray();
        var alone = clips.Select(clip => Hear(model, [clip])[0]).ToArray();
        Assert.Contains(alone, probabilities => probabilities.Max() > 0.9f);
        foreach (var rows in (int[])[2, 3, 5, 16])
        {
            var together = Hear(model, clips[..rows]);
            for (var row = 0; row < rows; row++) Assert.Equal(alone[row].Select(BitConverter.SingleToInt32Bits), together[row].Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Fact]
    public async Task Silence_and_hum_are_no_speech_and_a_speaker_is()
    {
        await using var model = await VoiceActivityModel.LoadAsync(VoiceActivityModelFixture.Folder);
        var hum = new float[32000];
        for (var i = 0; i < hum.Length; i++) hum[i] = 0.1f * MathF.Sin(2 * MathF.PI * 50 * i / 16000f);
        Assert.InRange(Hear(model, [new float[32000]])[0].Max(), 0, 0.1f);
        Assert.InRange(Hear(model, [hum])[0].Skip(3).Max(), 0, 0.35f);
        Assert.InRange(Hear(model, [Clips.Named("orders-009").Samples[16000..]])[0].Count(p => p > 0.5f), 30, 48);
    }

    [Fact]
    public async Task A_step_outlives_the_model_it_came_from()
    {
        var model = await VoiceActivityModel.LoadAsync(VoiceActivityModelFixture.Folder);
        using var step = ((IVoiceActivityModel)model).CreateStep(1);
        await model.DisposeAsync();
        await model.DisposeAsync();
        step.Begin(1);
        step.Run();
        Assert.Throws<ObjectDisposedException>(() => ((IVoiceActivityModel)model).CreateStep(1));
    }

    /// <summary>The probabilities of each recording's first 48 windows, in one batch.</summary>
    private static float[][] Hear(IVoiceActivityModel model, float[][] recordings)
    {
        const int Windows = 48;
        var layout = model.Layout;
        using var step = model.CreateStep(recordings.Length);
        step.Begin(recordings.Length);
        var heard = recordings.Select(_ => new float[Windows]).ToArray();
        for (var row = 0; row < recordings.Length; row++) step.LoadState(row, new float[layout.StateFloats]);
        for (var window = 0; window < Windows; window++)
        {
            for (var row = 0; row < recordings.Length; row++)
            {
                var input = step.Input(row);
                input.Clear();
                var start = (window * layout.WindowSamples) - (window == 0 ? 0 : layout.ContextSamples);
                recordings[row].AsSpan(start..((window + 1) * layout.WindowSamples)).CopyTo(input[(window == 0 ? layout.ContextSamples : 0)..]);
            }

            step.Run();
            for (var row = 0; row < recordings.Length; row++) heard[row][window] = step.Probability(row);
        }

        return heard;
    }

    private void Copy()
    {
        foreach (var file in Directory.GetFiles(VoiceActivityModelFixture.Folder)) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    private void EditManifest(Action<JsonObject> edit)
    {
        var path = Path.Combine(_folder, "model.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
