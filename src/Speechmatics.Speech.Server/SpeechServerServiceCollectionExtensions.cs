using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Speechmatics.Speech.Server;
using Speechmatics.Speech.Server.Access;
using Speechmatics.Speech.Server.Operations;
using Speechmatics.Speech.Server.Realtime;

// where callers already have their using
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the speech server's services into an application.</summary>
public static class SpeechServerServiceCollectionExtensions
{
    /// <summary>The server's meter, for <c>AddMeter</c> of OpenTelemetry, besides <see cref="SpeechServiceCollectionExtensions.TelemetryName"/>.</summary>
    public const string MeterName = "Speechmatics.Speech.Server";

    /// <summary>Adds what the endpoints need, <see cref="SpeechServiceCollectionExtensions.AddSpeech"/> included.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes what the configuration section <c>Speech:Server</c> says; may be null.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSpeechServer(this IServiceCollection services, Action<SpeechServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSpeech();
        var options = services.AddOptions<SpeechServerOptions>().BindConfiguration(SpeechServerOptions.Section).ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SpeechServerOptions>, SpeechServerOptionsValidator>());
        services.TryAddSingleton<AccessGate>();
        services.TryAddSingleton<ServerSessions>();
        services.TryAddSingleton<VocabularyCache>();
        services.TryAddSingleton<RealtimeServices>();
        services.TryAddSingleton<LatencyWindow>();
        return services;
    }
}
