using System.Reflection;

namespace Speechmatics.Speech.PackageTests;

/// <summary>What the build told these tests about itself.</summary>
internal static class BuiltWith
{
    public static string Configuration { get; } = Read("Configuration");

    public static string OnnxRuntimeVersion { get; } = Read("OnnxRuntimeVersion");

    /// <summary>The checkout's root.</summary>
    public static string Root { get; } = FindRoot();

    public static string EnglishModel => Path.Combine(Root, "models", "en-standard");

    private static string Read(string key) =>
        typeof(BuiltWith).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Speechmatics.Speech.sln"))) return folder;
        throw new DirectoryNotFoundException("The tests run from inside a checkout: Speechmatics.Speech.sln was not found above them.");
    }
}
