using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Speechmatics.Speech.Hosting;
using Speechmatics.Speech.Server.Realtime;

namespace Speechmatics.Speech.Server.Operations;

/// <summary>The four questions of supervisors, in the words of the container that the clients' operators know: JSON, 200 or 503.</summary>
internal static class HealthEndpoints
{
    public static Task StartedAsync(HttpContext context) => AnswerAsync(context, "started", Engine(context).IsStarted);

    public static Task LiveAsync(HttpContext context) => AnswerAsync(context, "alive", context.RequestServices.GetRequiredService<SpeechLiveness>().IsLive);

    public static Task ReadyAsync(HttpContext context)
    {
        var engine = Engine(context);
        var sessions = context.RequestServices.GetRequiredService<ServerSessions>();
        return AnswerAsync(context, "ready", engine.IsReady && sessions.Count < sessions.Max);
    }

    public static Task SessionStatusAsync(HttpContext context)
    {
        var sessions = context.RequestServices.GetRequiredService<ServerSessions>();
        return JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, sessions, static (json, sessions) =>
        {
            json.WriteNumber("max_sessions", sessions.Max);
            json.WriteStartArray("active_sessions");
            foreach (var (id, requestId) in sessions.All)
            {
                json.WriteStartObject();
                json.WriteString("session_id", id);
                json.WriteString("request_id", requestId);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private static SpeechEngine Engine(HttpContext context) => context.RequestServices.GetRequiredService<SpeechEngine>();

    private static Task AnswerAsync(HttpContext context, string name, bool value) => JsonAnswer.WriteAsync(
        context, value ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, (name, value), static (json, state) => json.WriteBoolean(state.name, state.value));
}
