using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Speechmatics.Speech.Server.Access;
using Speechmatics.Speech.Server.Operations;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>The handshake: from a GET request to a connection.</summary>
internal static class RealtimeEndpoint
{
    private const int MaxRequestIdCharacters = 128;

    public static async Task ServeAsync(HttpContext context)
    {
        var gate = context.RequestServices.GetRequiredService<AccessGate>();
        var services = context.RequestServices.GetRequiredService<RealtimeServices>();
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "This address speaks the WebSocket protocol (RFC 6455).").ConfigureAwait(false);
            return;
        }

        if (gate.Identify(context.Request) is not { } caller)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "Send a key or a token: Authorization: Bearer, or ?jwt=.").ConfigureAwait(false);
            return;
        }

        if (!gate.MayBegin(caller))
        {
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "Too many connections within a second.").ConfigureAwait(false);
            return;
        }

        if (!services.Sessions.TryConnect())
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "The server has all the connections it may have.").ConfigureAwait(false);
            return;
        }

        try
        {
            var accept = new WebSocketAcceptContext { KeepAliveInterval = services.Options.PingInterval, KeepAliveTimeout = services.Options.PingTimeout };
            using var socket = await context.WebSockets.AcceptWebSocketAsync(accept).ConfigureAwait(false);
            var requestId = context.Request.Headers["x-request-id"] is [{ Length: > 0 and <= MaxRequestIdCharacters } sent, ..] ? sent : null;
            using var connection = new RealtimeConnection(
                socket, Guid.NewGuid().ToString(), requestId, caller, context.GetRouteValue("language") as string, services, context.RequestAborted);
            await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            services.Sessions.Disconnect();
        }
    }

    internal static async Task RefuseAsync(HttpContext context, int status, string reason)
    {
        ServerMetrics.CountRefusal(status);
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(reason + "\n").ConfigureAwait(false);
    }
}
