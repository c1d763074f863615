namespace Speechmatics.Speech.Benchmarks;

/// <summary>Places in the checkout that benchmarks read; they also run from folders that BenchmarkDotNet makes below it.</summary>
internal static class BenchmarkModel
{
    /// <summary>The default model's folder.</summary>
    public static string Path { get; } = System.IO.Path.Combine(FindRoot(), "models", "en-standard");

    /// <summary>The second pass's model.</summary>
    public static string Enhanced { get; } = System.IO.Path.Combine(FindRoot(), "models", "en-enhanced");

    /// <summary>The voice activity model's folder.</summary>
    public static string VoiceActivityPath { get; } = System.IO.Path.Combine(FindRoot(), "models", "silero-vad");

    /// <summary>Recorded reference outputs of sample clips.</summary>
    public static string Golden { get; } = System.IO.Path.Combine(FindRoot(), "tests", "Speechmatics.Speech.Tests", "TestData", "golden");

    /// <summary>The sample recordings.</summary>
    public static string Samples { get; } = System.IO.Path.Combine(FindRoot(), "samples", "audio");

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
            if (File.Exists(System.IO.Path.Combine(folder, "Speechmatics.Speech.sln")))
                return folder;
        throw new DirectoryNotFoundException("The benchmarks run from inside a checkout: Speechmatics.Speech.sln was not found above them.");
    }
}
