namespace Speechmatics.Speech.Server;

/// <summary>One key that callers may bring.</summary>
public sealed class SpeechApiKey
{
    /// <summary>What logs and quotas call its holder; not secret.</summary>
    public string Name { get; set; } = "";

    /// <summary>The key itself, at least 16 characters.</summary>
    public string Key { get; set; } = "";

    /// <summary>How many sessions its holder may have at once; null (default) is <see cref="SpeechServerOptions.MaxSessionsPerKey"/>.</summary>
    public int? MaxSessions { get; set; }
}
