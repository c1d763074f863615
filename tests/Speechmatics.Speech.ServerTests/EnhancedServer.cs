namespace Speechmatics.Speech.ServerTests;

/// <summary>As a fixture: a server that finds the second pass's model beside itself.</summary>
public sealed class EnhancedServer : IAsyncLifetime
{
    public SpeechServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await SpeechServer.StartAsync(engine: options => options.EnhancedModelPath = null);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
