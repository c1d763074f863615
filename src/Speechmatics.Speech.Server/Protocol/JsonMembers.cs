using System.Text.Json;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>Members of a JSON object that may be absent or null, but are an error when of the wrong kind.</summary>
internal static class JsonMembers
{
    public static JsonElement? Member(this JsonElement parent, string name, JsonValueKind kind)
    {
        if (!parent.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null) return null;
        return member.ValueKind == kind ? member : throw Wrong(name, kind.ToString().ToLowerInvariant());
    }

    public static string? Text(this JsonElement parent, string name) => parent.Member(name, JsonValueKind.String)?.GetString();

    public static double? Number(this JsonElement parent, string name) =>
        parent.Member(name, JsonValueKind.Number) is { } member ? member.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Wrong(name, "finite number") : null;

    public static bool? Flag(this JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null) return null;
        return member.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.GetBoolean() : throw Wrong(name, "boolean");
    }

    private static ProtocolException Wrong(string name, string wanted) => new(ErrorType.InvalidConfig, $"\"{name}\" must be a {wanted}.");
}
