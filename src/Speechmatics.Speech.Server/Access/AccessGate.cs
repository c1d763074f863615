using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Speechmatics.Speech.Server.Access;

/// <summary>Says who a request comes from and whether it may come now. Thread-safe.</summary>
internal sealed class AccessGate : IDisposable
{
    private readonly SpeechServerOptions _options;
    private readonly (byte[] Hash, Caller Caller)[] _keys;
    private readonly byte[]? _adminHash;
    private readonly PartitionedRateLimiter<string>? _rate;

    public AccessGate(IOptions<SpeechServerOptions> options, TimeProvider clock)
    {
        _options = options.Value;
        _keys = [.. _options.ApiKeys.Select(key => (Hash(key.Key), new Caller(key.Name, key.MaxSessions ?? _options.MaxSessionsPerKey)))];
        _adminHash = _options.AdminKey is { } admin ? Hash(admin) : null;
        Tokens = new TokenIssuer(_options.TokenKey is { } signing ? Encoding.UTF8.GetBytes(signing) : RandomNumberGenerator.GetBytes(32), clock);
        if (_options.MaxConnectsPerSecond is { } perSecond)
        {
            _rate = PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perSecond,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
        }
    }

    public TokenIssuer Tokens { get; }

    public bool NeedsKey => _keys.Length > 0;

    /// <summary>The holder of the key or token that the request brings; null when it brings none that counts.</summary>
    public Caller? Identify(HttpRequest request)
    {
        if (!NeedsKey) return new Caller(request.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "local", _options.MaxSessionsPerKey);
        return IdentifyKey(request) ?? (Credential(request) is { } token && Tokens.Read(token) is { } name ? _keys.FirstOrDefault(key => key.Caller.Name == name).Caller : null);
    }

    /// <summary>The same for a key alone: a token buys no further tokens.</summary>
    public Caller? IdentifyKey(HttpRequest request)
    {
        if (Credential(request) is not { } credential) return null;
        var hash = Hash(credential);
        Caller? found = null;
        foreach (var (known, caller) in _keys)
            if (CryptographicOperations.FixedTimeEquals(known, hash)) found = caller;
        return found;
    }

    public bool MayBegin(Caller caller) => _rate is null || _rate.AttemptAcquire(caller.Name).IsAcquired;

    /// <summary>Null when there is no admin key at all.</summary>
    public bool? IsAdmin(HttpRequest request) =>
        _adminHash is null ? null : Bearer(request) is { } credential && CryptographicOperations.FixedTimeEquals(_adminHash, Hash(credential));

    public void Dispose() => _rate?.Dispose();

    private static string? Credential(HttpRequest request) => Bearer(request) ?? (request.Query["jwt"] is [{ Length: > 0 } token, ..] ? token : null);

    private static string? Bearer(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        return request.Headers.Authorization is [{ } header, ..] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
