using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Speechmatics.Speech.Server.Access;
using Speechmatics.Speech.Server.Files;
using Speechmatics.Speech.Server.Operations;
using Speechmatics.Speech.Server.Realtime;

namespace Speechmatics.Speech.Server;

/// <summary>Puts the speech server's endpoints into an application whose services have <c>AddSpeechServer</c>.</summary>
public static class SpeechServerEndpointExtensions
{
    /// <summary>Browsers over HTTP/2 open WebSockets with CONNECT (RFC 8441).</summary>
    private static readonly string[] Opening = [HttpMethods.Get, HttpMethods.Connect];

    /// <summary>Serves the real-time WebSocket protocol at <paramref name="pattern"/>, with and without a slash or a language at its end, as the clients' generations call it.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The address, such as <c>/v2</c>.</param>
    /// <returns><paramref name="endpoints"/>.</returns>
    public static IEndpointRouteBuilder MapSpeechRealtime(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/v2")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var branch = WithWebSockets(endpoints, RealtimeEndpoint.ServeAsync);
        endpoints.MapMethods(pattern, Opening, branch);
        endpoints.MapMethods($"{pattern.TrimEnd('/')}/{{language}}", Opening, branch);
        return endpoints;
    }

    /// <summary>
    /// Everything the server has: the real-time protocol at <c>/v2</c> and <c>/</c>, <c>POST /v1/transcribe</c>, <c>POST /v1/api_keys</c>, <c>/started /live /ready /session_status</c>, <c>POST /admin/drain</c>, the web page
    /// at <c>/</c> and the dashboard at <c>/dashboard</c>. Metrics are exported by what the application uses for that.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pages">Whether the web page and the dashboard are served; default true.</param>
    /// <returns><paramref name="endpoints"/>.</returns>
    public static IEndpointRouteBuilder MapSpeechServer(this IEndpointRouteBuilder endpoints, bool pages = true)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapSpeechRealtime("/v2");
        var index = pages ? PageEndpoints.For("index.html") : RealtimeEndpoint.ServeAsync;
        endpoints.MapMethods("/", Opening, WithWebSockets(endpoints, context => context.WebSockets.IsWebSocketRequest ? RealtimeEndpoint.ServeAsync(context) : index(context)));
        endpoints.MapMethods("/v1/transcribe", [HttpMethods.Post], TranscribeEndpoint.ServeAsync);
        endpoints.MapMethods("/v1/api_keys", [HttpMethods.Post], TokenEndpoint.ServeAsync);
        endpoints.MapMethods("/started", [HttpMethods.Get], HealthEndpoints.StartedAsync);
        endpoints.MapMethods("/live", [HttpMethods.Get], HealthEndpoints.LiveAsync);
        endpoints.MapMethods("/ready", [HttpMethods.Get], HealthEndpoints.ReadyAsync);
        endpoints.MapMethods("/session_status", [HttpMethods.Get], HealthEndpoints.SessionStatusAsync);
        endpoints.MapMethods("/admin/drain", [HttpMethods.Post], DashboardEndpoints.DrainAsync);
        if (!pages) return endpoints;
        endpoints.MapMethods("/dashboard", [HttpMethods.Get], PageEndpoints.For("dashboard.html"));
        endpoints.MapMethods("/dashboard/status", [HttpMethods.Get], DashboardEndpoints.StatusAsync);
        foreach (var asset in PageEndpoints.Assets.Where(name => !name.EndsWith(".html", StringComparison.Ordinal)))
            endpoints.MapMethods($"/assets/{asset}", [HttpMethods.Get], PageEndpoints.For(asset));
        // it measures from now on, not from the first look
        _ = endpoints.ServiceProvider.GetRequiredService<LatencyWindow>();
        return endpoints;
    }

    internal static RequestDelegate WithWebSockets(IEndpointRouteBuilder endpoints, RequestDelegate handler)
    {
        var pipeline = endpoints.CreateApplicationBuilder();
        pipeline.UseWebSockets();
        pipeline.Run(handler);
        return pipeline.Build();
    }
}
