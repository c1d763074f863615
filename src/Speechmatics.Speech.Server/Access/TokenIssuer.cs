using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Speechmatics.Speech.Server.Access;

/// <summary>
/// Short-lived tokens for browsers: JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256 and nothing else, so that a token cannot choose its own algorithm. Thread-safe.
/// </summary>
internal sealed class TokenIssuer(byte[] key, TimeProvider clock)
{
    private const string Issuer = "Speechmatics.Speech";
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    /// <summary>A token for the holder of the key with this name.</summary>
    public string Issue(string name, TimeSpan life)
    {
        var expires = (clock.GetUtcNow() + life).ToUnixTimeSeconds();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("iss", Issuer);
            json.WriteString("sub", name);
            json.WriteNumber("exp", expires);
            json.WriteEndObject();
        }

        var signed = $"{Header}.{Base64Url.EncodeToString(buffer.ToArray())}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(signed))}";
    }

    /// <summary>The name in a token of ours that has not expired; otherwise null.</summary>
    public string? Read(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || parts[0] != Header) return null;
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(Sign($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]))) return null;
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var root = document.RootElement;
            return root.GetProperty("iss").GetString() == Issuer && clock.GetUtcNow().ToUnixTimeSeconds() < root.GetProperty("exp").GetInt64() ? root.GetProperty("sub").GetString() : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private byte[] Sign(string text) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text));
}
