using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Speechmatics.Speech.Hosting;

// where callers already have their using
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the speech engine into an application.</summary>
public static class SpeechServiceCollectionExtensions
{
    /// <summary>The meter and the activity source of the library, for <c>AddMeter</c> and <c>AddSource</c> of OpenTelemetry.</summary>
    public const string TelemetryName = "Speechmatics.Speech";

    /// <summary>
    /// Adds a <see cref="SpeechEngine"/> with its <c>SpeechModel</c>, <c>SessionPool</c> and <c>SpeechRecognizer</c> as singletons. The model is loaded when the host starts, before its other services; the end of the
    /// host drains. Health checks: <c>speech-started</c>, <c>speech-live</c> and <c>speech-ready</c>, tagged <c>started</c>, <c>live</c> and <c>ready</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes what the configuration section <c>Speech</c> says; may be null.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSpeech(this IServiceCollection services, Action<SpeechEngineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<SpeechEngineOptions>().BindConfiguration(SpeechEngineOptions.Section).ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(SpeechEngine))) return services;

        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddSingleton<IValidateOptions<SpeechEngineOptions>, SpeechEngineOptionsValidator>();
        services.AddSingleton<SpeechEngine>();
        services.AddSingleton<SpeechLiveness>();
        // they belong to the engine; the container would dispose what it makes, which both bear
        services.TryAddSingleton(provider => provider.GetRequiredService<SpeechEngine>().Model);
        services.TryAddSingleton(provider => provider.GetRequiredService<SpeechEngine>().Pool);
        services.TryAddSingleton(provider => provider.GetRequiredService<SpeechEngine>().Recognizer);
        services.AddHostedService<SpeechEngineService>();
        services.AddOptions<HostOptions>().PostConfigure<IOptions<SpeechEngineOptions>>((host, speech) =>
        {
            var needed = speech.Value.DrainTimeout + TimeSpan.FromSeconds(10);
            if (host.ShutdownTimeout < needed) host.ShutdownTimeout = needed;
        });
        AddCheck(services.AddHealthChecks(), "started", SpeechHealth.Started);
        AddCheck(services.AddHealthChecks(), "live", SpeechHealth.Live);
        AddCheck(services.AddHealthChecks(), "ready", SpeechHealth.Ready);
        return services;
    }

    private static void AddCheck(IHealthChecksBuilder checks, string name, SpeechHealth question) => checks.Add(new HealthCheckRegistration(
        $"speech-{name}",
        provider => new SpeechHealthCheck(provider.GetRequiredService<SpeechEngine>(), provider.GetRequiredService<SpeechLiveness>(), question),
        HealthStatus.Unhealthy,
        [name]));
}
