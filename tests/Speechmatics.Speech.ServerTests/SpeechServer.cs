using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Speechmatics.Speech.Hosting;
using Speechmatics.Speech.Server;

namespace Speechmatics.Speech.ServerTests;

/// <summary>A whole server with the real models on a free port of this machine.</summary>
public sealed class SpeechServer : IAsyncLifetime
{
    private WebApplication? _app;

    /// <summary>Where it listens, such as http://127.0.0.1:41234.</summary>
    public Uri Address { get; private set; } = null!;

    public Uri Realtime => new($"ws://{Address.Authority}/v2");

    internal FakeLogCollector Logs { get; } = new();

    internal IServiceProvider Services => _app!.Services;

    internal SpeechEngine Engine => Services.GetRequiredService<SpeechEngine>();

    internal static async Task<SpeechServer> StartAsync(Action<SpeechServerOptions>? server = null, Action<SpeechEngineOptions>? engine = null)
    {
        var started = new SpeechServer();
        await started.RunAsync(server, engine);
        return started;
    }

    /// <summary>As a fixture: with the default options, room for 40 sessions and no second model.</summary>
    public async ValueTask InitializeAsync() => await RunAsync(null, null);

    public async Task StopAsync() => await _app!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_app is null) return;
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task RunAsync(Action<SpeechServerOptions>? server, Action<SpeechEngineOptions>? engine)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(new FakeLoggerProvider(Logs)).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSpeech(options =>
        {
            options.MaxSessions = 40;
            options.EnhancedModelPath = "";
            options.DrainTimeout = TimeSpan.FromMilliseconds(500);
            engine?.Invoke(options);
        });
        builder.Services.AddSpeechServer(server);
        _app = builder.Build();
        _app.MapSpeechServer();
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }
}
