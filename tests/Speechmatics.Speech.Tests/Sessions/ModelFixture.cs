using Speechmatics.Speech.Models;
using Speechmatics.Speech.Tests.Sessions;

[assembly: AssemblyFixture(typeof(ModelFixture))]

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>The English model, loaded once for all tests.</summary>
public sealed class ModelFixture : IAsyncLifetime
{
    public SpeechModel Model { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Model = await SpeechModel.LoadAsync(Repository.EnglishModel);

    public ValueTask DisposeAsync() => Model.DisposeAsync();
}
