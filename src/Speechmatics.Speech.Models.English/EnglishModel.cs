namespace Speechmatics.Speech.Models.English;

/// <summary>Where the streaming English model lies once this package is referenced.</summary>
public static class EnglishModel
{
    /// <summary>The model's folder: <c>models/en-standard</c> beside the application.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "models", "en-standard");
}
