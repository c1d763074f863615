using System.Runtime.CompilerServices;

namespace Speechmatics.Speech.Tests;

/// <summary>Places in the checkout that tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string SampleAudio => Path.Combine(Root, "samples", "audio");

    public static string EnglishModel => Path.Combine(Root, "models", "en-standard");

    /// <summary>The folder of full recordings and reference outputs that developers keep beside the checkout, or null.</summary>
    public static string? Shared
    {
        get
        {
            var path = Path.GetFullPath(Path.Combine(Root, "..", "shared"));
            return Directory.Exists(Path.Combine(path, "golden")) ? path : null;
        }
    }

    /// <summary>Skips the calling test, with the reason, where the shared folder is absent.</summary>
    public static string RequireShared()
    {
        Assert.SkipWhen(Shared is null, "the folder of full reference recordings (../shared) is not beside this checkout");
        return Shared!;
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        // deterministic builds map source paths, so fall back to walking up from the binaries
        foreach (var start in new[] { Path.GetDirectoryName(thisFile), AppContext.BaseDirectory })
        {
            for (var folder = start; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
                if (File.Exists(Path.Combine(folder, "Speechmatics.Speech.sln"))) return folder;
        }

        throw new DirectoryNotFoundException("The tests run from inside a checkout: Speechmatics.Speech.sln was not found above them.");
    }
}
