using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Speechmatics.Speech.Hosting;
using Speechmatics.Speech.Server.Access;
using Speechmatics.Speech.Server.Realtime;

namespace Speechmatics.Speech.Server.Operations;

/// <summary>The numbers of the dashboard, and its one button.</summary>
internal static class DashboardEndpoints
{
    public static Task StatusAsync(HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, context.RequestServices, static (json, services) =>
    {
        var engine = services.GetRequiredService<SpeechEngine>();
        var lag = services.GetRequiredService<LatencyWindow>();
        var pool = engine.Pool.GetStatus();
        json.WriteString("model", engine.Model.Name);
        json.WriteString("enhanced_model", engine.EnhancedModel?.Name);
        json.WriteBoolean("draining", engine.IsDraining);
        json.WriteNumber("connections", services.GetRequiredService<ServerSessions>().Connections);
        json.WriteNumber("sessions", pool.ActiveSessions);
        json.WriteNumber("max_sessions", pool.MaxSessions);
        json.WriteNumber("capacity", pool.MeasuredCapacity);
        json.WriteNumber("queued", pool.QueuedSessions);
        json.WriteNumber("utilisation", Math.Round(pool.Utilisation, 4));
        json.WriteNumber("chunk_ms", pool.Chunk.TotalMilliseconds);
        json.WriteNumber("audio_seconds", Math.Round(pool.AudioRecognized.TotalSeconds, 1));
        json.WriteNumber("dropped_seconds", Math.Round(pool.AudioDropped.TotalSeconds, 2));
        json.WriteNumber("refused", pool.RefusedSessions);
        json.WriteNumber("failed", pool.FailedSessions);
        json.WriteNumber("queued_readings", pool.QueuedReadings);
        json.WriteNumber("skipped_readings", pool.SkippedReadings);
        json.WriteNumber("state_bytes", pool.StateBytes);
        WriteLag(json, "partial_lag_ms", lag.Partial);
        WriteLag(json, "final_lag_ms", lag.Final);
    });

    public static async Task DrainAsync(HttpContext context)
    {
        switch (context.RequestServices.GetRequiredService<AccessGate>().IsAdmin(context.Request))
        {
            case null:
                await JsonAnswer.ErrorAsync(context, StatusCodes.Status404NotFound, "not_allowed", "This server has no admin key: set Speech:Server:AdminKey.").ConfigureAwait(false);
                break;
            case false:
                await JsonAnswer.ErrorAsync(context, StatusCodes.Status401Unauthorized, "not_authorised", "Send the admin key: Authorization: Bearer.").ConfigureAwait(false);
                break;
            default:
                context.RequestServices.GetRequiredService<RealtimeServices>().Logger.DrainAsked();
                context.RequestServices.GetRequiredService<SpeechEngine>().BeginDrain();
                await JsonAnswer.WriteAsync(context, StatusCodes.Status202Accepted, true, static (json, draining) => json.WriteBoolean("draining", draining)).ConfigureAwait(false);
                break;
        }
    }

    private static void WriteLag(Utf8JsonWriter json, string name, Func<double, double> percentile)
    {
        json.WriteStartObject(name);
        foreach (var p in (ReadOnlySpan<int>)[50, 95, 99])
        {
            var seconds = percentile(p);
            if (double.IsNaN(seconds)) json.WriteNull($"p{p}");
            else json.WriteNumber($"p{p}", Math.Round(seconds * 1000, 1));
        }

        json.WriteEndObject();
    }
}
