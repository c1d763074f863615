using System.Text.Json.Nodes;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

public class BrokenPackageTests
{
    /// <summary>Each way to break a copy of the package, the file that the error must name and the words it must hold.</summary>
    private static readonly Dictionary<string, (Action<PackageCopy> Break, string File, string[] Words)> Cases = new()
    {
        ["no manifest"] = (p => File.Delete(p.PathOf("model.json")), "model.json", ["missing"]),
        ["manifest is no JSON"] = (p => File.WriteAllText(p.PathOf("model.json"), "{ \"name\": "), "model.json", ["cannot be read"]),
        ["manifest is empty"] = (p => File.WriteAllText(p.PathOf("model.json"), ""), "model.json", ["cannot be read"]),
        ["manifest is null"] = (p => File.WriteAllText(p.PathOf("model.json"), "null"), "model.json", ["null"]),
        ["manifest is an array"] = (p => File.WriteAllText(p.PathOf("model.json"), "[]"), "model.json", ["cannot be read"]),
        ["text where a number belongs"] = (p => p.Manifest(m => m["sampleRate"] = "fast"), "model.json", ["sampleRate"]),
        ["newer version"] = (p => p.Manifest(m => m["version"] = 2), "model.json", ["version is 2", "Update"]),
        ["version is text"] = (p => p.Manifest(m => m["version"] = "one"), "model.json", ["version is \"one\""]),
        ["newer version with other fields"] = (p => p.Manifest(m => { m["version"] = 7; m["encoder"] = "elsewhere"; }), "model.json", ["version is 7"]),
        ["unknown type"] = (p => p.Manifest(m => m["type"] = "ctc"), "model.json", ["type is ctc"]),
        ["no name"] = (p => p.Manifest(m => m.Remove("name")), "model.json", ["name is missing"]),
        ["no features"] = (p => p.Manifest(m => m.Remove("features")), "model.json", ["features is missing"]),
        ["features without bins"] = (p => p.Manifest(m => m["features"]!.AsObject().Remove("bins")), "model.json", ["bins"]),
        ["no sample rate"] = (p => p.Manifest(m => m.Remove("sampleRate")), "model.json", ["sampleRate is missing"]),
        ["sample rate zero"] = (p => p.Manifest(m => m["sampleRate"] = 0), "model.json", ["sampleRate is 0"]),
        ["no encoder"] = (p => p.Manifest(m => m.Remove("encoder")), "model.json", ["encoder is missing"]),
        ["file outside the folder"] = (p => p.Manifest(m => m["encoder"]!["file"] = "../encoder.onnx"), "model.json", ["encoder.file", "plain name"]),
        ["no chunk sizes"] = (p => p.Manifest(m => m["encoder"]!["chunkEncoderFrames"] = new JsonArray()), "model.json", ["encoder.chunkEncoderFrames"]),
        ["default chunk not offered"] = (p => p.Manifest(m => m["encoder"]!["defaultChunkEncoderFrames"] = 3), "model.json", ["encoder.defaultChunkEncoderFrames is 3"]),
        ["frame length contradicts the hop"] = (p => p.Manifest(m => m["encoder"]!["frameMilliseconds"] = 40), "model.json", ["encoder.frameMilliseconds is 40"]),
        ["no states"] = (p => p.Manifest(m => m["encoder"]!["states"] = new JsonArray()), "model.json", ["encoder.states"]),
        ["one state twice"] = (p => p.Manifest(m => m["encoder"]!["states"]![1]!["key"] = "key_0"), "model.json", ["encoder.states[1].key"]),
        ["state without ring"] = (p => p.Manifest(m => m["encoder"]!["states"]![2]!.AsObject().Remove("ringFrames")), "model.json", ["encoder.states[2].ringFrames is missing"]),
        ["blank beyond the tokens"] = (p => p.Manifest(m => m["blank"] = 512), "model.json", ["blank is 512", "511"]),
        ["negative blank"] = (p => p.Manifest(m => m["blank"] = -1), "model.json", ["blank is -1"]),
        ["no durations"] = (p => p.Manifest(m => m.Remove("durations")), "model.json", ["durations"]),
        ["negative duration"] = (p => p.Manifest(m => m["durations"] = new JsonArray(0, -1, 2, 3, 4)), "model.json", ["durations is [0, -1, 2, 3, 4]"]),
        ["durations that never move on"] = (p => p.Manifest(m => m["durations"] = new JsonArray(0, 0, 0, 0, 0)), "model.json", ["durations"]),
        ["one duration too few"] = (p => p.Manifest(m => m["durations"] = new JsonArray(0, 1, 2, 3)), "joiner.onnx", ["logits", "517", "516"]),
        ["no symbol limit"] = (p => p.Manifest(m => m.Remove("maxSymbolsPerFrame")), "model.json", ["maxSymbolsPerFrame is missing"]),
        ["wrong context"] = (p => p.Manifest(m => m["predictor"]!["contextTokens"] = 3), "predictor.onnx", ["tokens", "predictor.contextTokens"]),
        ["missing encoder"] = (p => File.Delete(p.PathOf("encoder.onnx")), "encoder.onnx", ["missing"]),
        ["missing tokens"] = (p => File.Delete(p.PathOf("tokens.txt")), "tokens.txt", ["missing"]),
        ["truncated encoder"] = (p => p.Truncate("encoder.onnx"), "encoder.onnx", ["truncated", "bytes"]),
        ["truncated encoder, no hashes"] = (p => p.WithoutHashes().Truncate("encoder.onnx"), "encoder.onnx", ["truncated"]),
        ["empty joiner, no hashes"] = (p => File.WriteAllBytes(p.WithoutHashes().PathOf("joiner.onnx"), []), "joiner.onnx", ["ONNX"]),
        ["text for a model, no hashes"] = (p => File.WriteAllText(p.WithoutHashes().PathOf("predictor.onnx"), "version https://git-lfs.github.com/spec/v1"), "predictor.onnx", ["ONNX"]),
        ["wrong hash"] = (p => p.Manifest(m => m["files"]!["tokens.txt"]!["sha256"] = new string('0', 64)), "tokens.txt", ["SHA-256", "files.tokens.txt.sha256"]),
        ["one byte changed"] = (p => FlipByte(p.PathOf("joiner.onnx")), "joiner.onnx", ["SHA-256"]),
        ["wrong bins"] = (p => p.Manifest(m => m["features"]!["bins"] = 128), "encoder.onnx", ["\"mel\" is float32 [any, any, 80]", "[any, any, 128]"]),
        ["wrong output width"] = (p => p.Manifest(m => m["encoder"]!["outputWidth"] = 256), "encoder.onnx", ["\"encoded\"", "256"]),
        ["wrong ring"] = (p => p.Manifest(m => m["encoder"]!["states"]![0]!["ringFrames"] = 32), "encoder.onnx", ["\"key_0\"", "32"]),
        ["wrong frames of a layer"] = (p => p.Manifest(m => m["encoder"]!["states"]![0]!["framesPerEncoderFrame"] = 2), "encoder.onnx", ["failed"]),
        ["wrong mel window"] = (p => p.Manifest(m => m["encoder"]!["melFramesAfter"] = 9), "encoder.onnx", ["failed"]),
        ["unknown state"] = (p => p.Manifest(m => m["encoder"]!["states"]![0]!["key"] = "key_9"), "encoder.onnx", ["no input \"key_9\""]),
        ["state not described"] = (p => p.Manifest(m => m["encoder"]!["states"]!.AsArray().RemoveAt(5)), "encoder.onnx", ["key_5", "does not describe"]),
        ["encoder and predictor swapped"] = (p => p.Manifest(m => m["predictor"]!["file"] = "encoder.onnx"), "encoder.onnx", ["no input \"tokens\""]),
        ["a token too few"] = (p => RemoveLastLine(p.WithoutHashes().PathOf("tokens.txt")), "joiner.onnx", ["517", "tokens (511)"]),
        ["a token twice"] = (p => File.AppendAllText(p.WithoutHashes().PathOf("tokens.txt"), "again 7\n"), "tokens.txt", ["id 7 a second time"]),
        ["a gap in the tokens"] = (p => File.AppendAllText(p.WithoutHashes().PathOf("tokens.txt"), "far 600\n"), "tokens.txt", ["none with the id 512"]),
        ["a token without id"] = (p => File.AppendAllText(p.WithoutHashes().PathOf("tokens.txt"), "lonely\n"), "tokens.txt", ["line 513"]),
        ["no tokens"] = (p => File.WriteAllText(p.WithoutHashes().PathOf("tokens.txt"), ""), "tokens.txt", ["no tokens"]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_broken_package_is_one_error_that_names_the_file_the_field_and_the_fix(string name)
    {
        var (breakIt, file, words) = Cases[name];
        using var package = new PackageCopy();
        breakIt(package);
        var error = await Assert.ThrowsAsync<SpeechModelException>(() => package.LoadAsync());
        Assert.Equal(package.PathOf(file), error.File);
        Assert.Contains(package.PathOf(file), error.Message, StringComparison.Ordinal);
        foreach (var word in words)
            Assert.Contains(word, error.Message, StringComparison.Ordinal);
        string[] fixes = ["Copy the whole model folder", "ake all files from one package", "Update the library", "give the folder", "Correct the file"];
        Assert.Contains(fixes, fix => error.Message.Contains(fix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_path_that_is_no_folder_is_named()
    {
        var file = Path.Combine(Repository.EnglishModel, "model.json");
        var error = await Assert.ThrowsAsync<SpeechModelException>(() => SpeechModel.LoadAsync(file));
        Assert.Contains("is a file; give the folder", error.Message, StringComparison.Ordinal);

        var nowhere = Path.Combine(Repository.EnglishModel, "nowhere");
        error = await Assert.ThrowsAsync<SpeechModelException>(() => SpeechModel.LoadAsync(nowhere));
        Assert.Equal(nowhere, error.File);
        await Assert.ThrowsAsync<ArgumentException>(() => SpeechModel.LoadAsync(""));
    }

    [Fact]
    public async Task Hashes_are_not_compared_when_the_caller_says_so()
    {
        using var package = new PackageCopy();
        package.Manifest(m => m["files"]!["tokens.txt"]!["sha256"] = new string('0', 64));
        await using var model = await package.LoadAsync(new SpeechModelOptions { VerifyHashes = false });
        Assert.Equal("en-standard", model.Name);
    }

    private static void FlipByte(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static void RemoveLastLine(string path)
    {
        var lines = File.ReadAllLines(path);
        File.WriteAllLines(path, lines[..^1]);
    }
}
