using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

/// <summary>The voice activity model, loaded once for a class of tests.</summary>
public sealed class VoiceActivityModelFixture : IAsyncLifetime
{
    public static string Folder => Path.Combine(Repository.Root, "models", "silero-vad");

    public VoiceActivityModel Model { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Model = await VoiceActivityModel.LoadAsync(Folder);

    public ValueTask DisposeAsync() => Model.DisposeAsync();
}
