using Microsoft.Extensions.Hosting;

namespace Speechmatics.Speech.Hosting;

/// <summary>
/// Loads the model before any service of the application starts, a web server included, and drains before any of them stops: a web server that stopped first would wait for its open WebSockets in vain.
/// </summary>
internal sealed class SpeechEngineService(SpeechEngine engine) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => engine.DrainAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
