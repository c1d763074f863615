using System.IO.Compression;

namespace Speechmatics.Speech.PackageTests;

public class PackageTests(PackedFeed feed)
{
    [Theory]
    [InlineData("Speechmatics.Speech", "lib/net10.0/Speechmatics.Speech.dll", "lib/net10.0/Speechmatics.Speech.xml")]
    [InlineData("Speechmatics.Speech.Models.English", "models/en-standard/model.json", "models/en-standard/LICENSE-whisper", "models/en-standard/README.md")]
    [InlineData("Speechmatics.Speech.Cli", "tools/net10.0/any/models/en-standard/model.json", "tools/net10.0/any/models/en-standard/LICENSE-whisper",
        "tools/net10.0/any/runtimes/linux-x64/native/libonnxruntime.so", "tools/net10.0/any/runtimes/win-x64/native/onnxruntime.dll",
        "tools/net10.0/any/runtimes/osx-arm64/native/libonnxruntime.dylib", "notices/onnxruntime/ThirdPartyNotices.txt")]
    public void A_package_carries_its_content_and_its_licences(string id, params string[] expected)
    {
        using var package = ZipFile.OpenRead(Path.Combine(feed.Folder, $"{id}.{feed.Version}.nupkg"));
        var files = package.Entries.Select(e => e.FullName).ToHashSet();

        Assert.Empty(expected.Concat(["README.md", "LICENSE", "THIRD-PARTY-NOTICES.md"]).Except(files));
        Assert.DoesNotContain(files, f => f.Contains("/android/", StringComparison.Ordinal) || f.Contains("/ios/", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_package_comes_with_its_symbols()
    {
        var packages = Directory.GetFiles(feed.Folder, "Speechmatics.*.nupkg").Select(Path.GetFileNameWithoutExtension).Order().ToArray();

        Assert.NotEmpty(packages);
        Assert.Equal(packages, Directory.GetFiles(feed.Folder, "Speechmatics.*.snupkg").Select(Path.GetFileNameWithoutExtension).Order());
    }

    [Fact]
    public void The_core_needs_only_the_managed_part_of_ONNX_Runtime()
    {
        using var package = ZipFile.OpenRead(Path.Combine(feed.Folder, $"Speechmatics.Speech.{feed.Version}.nupkg"));
        using var nuspec = new StreamReader(package.GetEntry("Speechmatics.Speech.nuspec")!.Open());
        var text = nuspec.ReadToEnd();

        Assert.Contains("id=\"Microsoft.ML.OnnxRuntime.Managed\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"Microsoft.ML.OnnxRuntime\"", text, StringComparison.Ordinal);
    }
}
