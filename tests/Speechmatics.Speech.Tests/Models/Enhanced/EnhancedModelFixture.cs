using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

/// <summary>The enhanced model, loaded once for a class of tests.</summary>
public sealed class EnhancedModelFixture : IAsyncLifetime
{
    public static string Folder => Path.Combine(Repository.Root, "models", "en-enhanced");

    public EnhancedSpeechModel Model { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Model = await EnhancedSpeechModel.LoadAsync(Folder);

    public ValueTask DisposeAsync() => Model.DisposeAsync();
}
