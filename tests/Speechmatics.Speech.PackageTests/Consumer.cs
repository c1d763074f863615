using System.Security.Cryptography;

namespace Speechmatics.Speech.PackageTests;

/// <summary>The text of small projects that use the packages as a user would.</summary>
internal static class Consumer
{
    /// <summary>
    /// Prints the model's folder, then every file in it with its SHA-256. The core's and ONNX Runtime's types are touched so that a package that
    /// restores but does not load is noticed.
    /// </summary>
    public const string Program = """
        using System.Security.Cryptography;
        using Speechmatics.Speech.Models.English;

        Console.WriteLine($"core {typeof(Speechmatics.Speech.Sessions.SpeechEvent).Assembly.GetName().Name}");
        Console.WriteLine($"onnxruntime {Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString()}");
        Console.WriteLine($"folder {EnglishModel.Path}");
        foreach (var file in Directory.GetFiles(EnglishModel.Path, "*", SearchOption.AllDirectories))
            Console.WriteLine($"file {Path.GetRelativePath(EnglishModel.Path, file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}");
        """;

    /// <summary>Prints the finals of the recording it is given.</summary>
    public const string Recogniser = """
        using Speechmatics.Speech.Audio;
        using Speechmatics.Speech.Models.English;
        using Speechmatics.Speech.Recognition;
        using Speechmatics.Speech.Sessions;

        await using var recognizer = await SpeechRecognizer.CreateAsync(EnglishModel.Path);
        await foreach (var e in recognizer.RecognizeAsync(AudioSource.FromWaveFile(args[0])))
            if (e is FinalTranscript final) Console.WriteLine(final.Text);
        """;

    /// <summary>A project file with the given items.</summary>
    public static string Project(bool runs, params string[] items) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>{(runs ? "Exe" : "Library")}</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <InvariantGlobalization>true</InvariantGlobalization>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
            {string.Join("\n    ", items)}
          </ItemGroup>
        </Project>
        """;

    /// <summary>A reference to a package.</summary>
    public static string Package(string id, string version) => $"""<PackageReference Include="{id}" Version="{version}" />""";

    /// <summary>The native part of ONNX Runtime, which the application picks.</summary>
    public static string OnnxRuntime => Package("Microsoft.ML.OnnxRuntime", BuiltWith.OnnxRuntimeVersion);

    /// <summary>Fails unless <see cref="Program"/> found, in <paramref name="folder"/>, exactly the model's files of this checkout.</summary>
    public static void AssertHasModel(string printed, string folder)
    {
        var lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var expected = Directory.GetFiles(BuiltWith.EnglishModel, "*", SearchOption.AllDirectories)
            .Select(f => $"file {Path.GetRelativePath(BuiltWith.EnglishModel, f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}");

        Assert.Contains("core Speechmatics.Speech", lines);
        Assert.Contains($"onnxruntime {BuiltWith.OnnxRuntimeVersion}", lines);
        Assert.Contains($"folder {Path.Combine(folder, "models", "en-standard")}", lines);
        Assert.Equal(expected.Order(), lines.Where(l => l.StartsWith("file ", StringComparison.Ordinal)).Order());
    }
}
