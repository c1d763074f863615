using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Speechmatics.Speech.Server.Operations;

namespace Speechmatics.Speech.Server.Access;

/// <summary>Gives the holder of a key a token that lives 60 to 86400 s, to hand on to a browser. The address and the fields are those of the service that the clients know.</summary>
internal static class TokenEndpoint
{
    private const int LeastSeconds = 60;
    private const int GreatestSeconds = 86400;
    private const int MaxBodyBytes = 4096;

    public static async Task ServeAsync(HttpContext context)
    {
        var gate = context.RequestServices.GetRequiredService<AccessGate>();
        if (!gate.NeedsKey)
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status404NotFound, "not_allowed", "This server asks for no keys, so it gives no tokens.").ConfigureAwait(false);
            return;
        }

        if (gate.IdentifyKey(context.Request) is not { } caller)
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status401Unauthorized, "not_authorised", "Send a key: Authorization: Bearer.").ConfigureAwait(false);
            return;
        }

        if (await ReadTtlAsync(context).ConfigureAwait(false) is not { } seconds)
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_config", $"Send {{\"ttl\": {LeastSeconds} to {GreatestSeconds} seconds}}.").ConfigureAwait(false);
            return;
        }

        var token = gate.Tokens.Issue(caller.Name, TimeSpan.FromSeconds(seconds));
        await JsonAnswer.WriteAsync(context, StatusCodes.Status201Created, token, static (json, token) =>
        {
            json.WriteNull("apikey_id");
            json.WriteString("key_value", token);
        }).ConfigureAwait(false);
    }

    private static async Task<int?> ReadTtlAsync(HttpContext context)
    {
        var body = new byte[MaxBodyBytes];
        var length = await context.Request.Body.ReadAtLeastAsync(body, MaxBodyBytes, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(body.AsMemory(0, length));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("ttl", out var ttl)
                && ttl.ValueKind == JsonValueKind.Number && ttl.TryGetInt32(out var seconds) && seconds is >= LeastSeconds and <= GreatestSeconds ? seconds : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
