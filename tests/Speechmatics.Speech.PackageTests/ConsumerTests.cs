using System.Runtime.InteropServices;

namespace Speechmatics.Speech.PackageTests;

public class ConsumerTests(PackedFeed feed)
{
    [Fact]
    public async Task An_application_finds_the_model_after_a_build_and_after_each_kind_of_publish()
    {
        var app = feed.Create("direct",
            ("direct.csproj", Consumer.Project(runs: true, Ours("Speechmatics.Speech"), Ours("Speechmatics.Speech.Models.English"), Consumer.OnnxRuntime)),
            ("Program.cs", Consumer.Program));

        var built = Path.Combine(app, "built");
        await feed.DotnetAsync(app, "build", "-c", "Release", "-o", built);
        Consumer.AssertHasModel(await feed.DotnetAsync(app, Path.Combine(built, "direct.dll")), built);

        var published = Path.Combine(app, "published");
        await feed.DotnetAsync(app, "publish", "-c", "Release", "-o", published);
        Consumer.AssertHasModel(await feed.DotnetAsync(app, Path.Combine(published, "direct.dll")), published);

        var single = Path.Combine(app, "single");
        await feed.DotnetAsync(app, "publish", "-c", "Release", "-o", single, "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false", "-p:PublishSingleFile=true");
        Assert.False(File.Exists(Path.Combine(single, "direct.dll")));
        Consumer.AssertHasModel(await feed.RunAsync(app, Path.Combine(single, OperatingSystem.IsWindows() ? "direct.exe" : "direct")), single);
    }

    [Fact]
    public async Task The_model_reaches_an_application_through_another_package_and_through_another_project()
    {
        // a package of somebody else's that depends on ours
        var package = feed.Create("wrapper",
            ("wrapper.csproj", Consumer.Project(runs: false, Ours("Speechmatics.Speech"), Ours("Speechmatics.Speech.Models.English"))),
            ("Wrapper.cs", "public static class Wrapper;"));
        await feed.DotnetAsync(package, "pack", "-c", "Release", "-o", feed.Folder, $"-p:PackageVersion={feed.Version}");
        var app = feed.Create("through-package",
            ("through-package.csproj", Consumer.Project(runs: true, Ours("wrapper"), Consumer.OnnxRuntime)),
            ("Program.cs", Consumer.Program));
        var published = Path.Combine(app, "published");
        await feed.DotnetAsync(app, "publish", "-c", "Release", "-o", published);
        Consumer.AssertHasModel(await feed.DotnetAsync(app, Path.Combine(published, "through-package.dll")), published);

        app = feed.Create("through-project",
            ("through-project.csproj", Consumer.Project(runs: true, """<ProjectReference Include="../wrapper/wrapper.csproj" />""", Consumer.OnnxRuntime)),
            ("Program.cs", Consumer.Program));
        published = Path.Combine(app, "published");
        await feed.DotnetAsync(app, "publish", "-c", "Release", "-o", published);
        Consumer.AssertHasModel(await feed.DotnetAsync(app, Path.Combine(published, "through-project.dll")), published);
    }

    [Theory]
    [InlineData("trimmed", "-p:PublishTrimmed=true", "--self-contained")]
    [InlineData("native", "-p:PublishAot=true", "-p:IlcInstructionSet=native")]
    public async Task An_application_publishes_without_a_warning_and_hears_the_same(string name, params string[] how)
    {
        Assert.SkipWhen(name == "native" && !OperatingSystem.IsWindows() && !Command.Exists("clang"), "native publishing needs clang and zlib (apt-get install clang zlib1g-dev)");
        var app = feed.Create(name,
            ($"{name}.csproj", Consumer.Project(runs: true, Ours("Speechmatics.Speech"), Ours("Speechmatics.Speech.Models.English"), Consumer.OnnxRuntime)),
            ("Program.cs", Consumer.Recogniser));
        var published = Path.Combine(app, "published");

        // warnings are errors in the project; each is shown, not one for each assembly
        var log = await feed.DotnetAsync(app, ["publish", "-c", "Release", "-o", published, "-r", RuntimeInformation.RuntimeIdentifier, "-p:TrimmerSingleWarn=false", .. how]);
        var heard = await feed.RunAsync(app, Path.Combine(published, OperatingSystem.IsWindows() ? $"{name}.exe" : name), Path.Combine(BuiltWith.Root, "samples", "audio", "orders-005.wav"));

        Assert.DoesNotContain("warning", log, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("can i get a cappuccino with skim milk", heard.Trim());
        Assert.False(File.Exists(Path.Combine(published, "System.Xml.dll")), "nothing was trimmed");
    }

    [Fact]
    public async Task The_speech_tool_installs_with_its_model_and_runs()
    {
        var folder = feed.Create("tool");
        var tools = Path.Combine(folder, "tools");

        await feed.DotnetAsync(folder, "tool", "install", "Speechmatics.Speech.Cli", "--tool-path", tools, "--add-source", feed.Folder, "--version", feed.Version);
        await feed.RunAsync(folder, Path.Combine(tools, OperatingSystem.IsWindows() ? "speech.exe" : "speech"), "--help");

        // both models, each once
        var models = Directory.GetFiles(tools, "encoder.onnx", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)));
        Assert.Equal(["en-enhanced", "en-standard"], models.Order());
        Assert.Single(Directory.GetFiles(tools, "silero_vad_16k.onnx", SearchOption.AllDirectories));
    }

    private string Ours(string id) => Consumer.Package(id, feed.Version);
}
