namespace Speechmatics.Speech.Server;

/// <summary>What the server allows. Bound from the configuration section <c>Speech:Server</c>. Read once, at start-up. <see cref="Timeout.InfiniteTimeSpan"/> (<c>-00:00:00.001</c>) switches a time limit off.</summary>
public sealed class SpeechServerOptions
{
    /// <summary>The configuration section that is bound.</summary>
    public const string Section = "Speech:Server";

    /// <summary>The keys that callers may bring, as <c>Authorization: Bearer</c> or <c>?jwt=</c>. None (default) lets everybody in: keep such a server inside a trusted network.</summary>
    public IList<SpeechApiKey> ApiKeys { get; set; } = [];

    /// <summary>Signs the short-lived tokens that <c>POST /v1/api_keys</c> gives to holders of a key.</summary>
    /// <value>At least 32 characters; null (default) makes one for each process, so that tokens end with it and are not shared between servers.</value>
    public string? TokenKey { get; set; }

    /// <summary>Opens <c>POST /admin/drain</c>; null (default) keeps it shut.</summary>
    public string? AdminKey { get; set; }

    /// <summary>How many recognitions may run at once over WebSockets.</summary>
    /// <value>At least 1; null (default) is the pool's own limit.</value>
    public int? MaxSessions { get; set; }

    /// <summary>How many of them one key may have, where the key does not say itself.</summary>
    /// <value>At least 1; null (default) is no limit.</value>
    public int? MaxSessionsPerKey { get; set; }

    /// <summary>Open WebSockets, those included that have not started a recognition; more are refused with 503.</summary>
    /// <value>Default 10000.</value>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Connections and uploads a second that one key (or, without keys, one address) may begin; more are refused with 429. A second's worth may come at once.</summary>
    /// <value>At least 1; null (default) is no limit.</value>
    public int? MaxConnectsPerSecond { get; set; }

    /// <summary>The longest JSON message.</summary>
    /// <value>Bytes; default 1 MiB.</value>
    public int MaxTextMessageBytes { get; set; } = 1 << 20;

    /// <summary>The longest message of audio.</summary>
    /// <value>Bytes; default 4 MiB.</value>
    public int MaxAudioMessageBytes { get; set; } = 4 << 20;

    /// <summary>The longest file that may be posted.</summary>
    /// <value>Bytes; default 2 GiB.</value>
    public long MaxUploadBytes { get; set; } = 2L << 30;

    /// <summary>How long a new connection may take to send StartRecognition.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a session may go without audio; it is warned 15, 10 and 5 minutes before.</summary>
    /// <value>Default 1 h.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a session may last; it is warned 45, 30 and 15 minutes before.</summary>
    /// <value>Default 48 h.</value>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromHours(48);

    /// <summary>How long one message to a client may wait for the client to read; then the client is cut off.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the server waits for a client to close after EndOfTranscript or an error.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a quiet client is pinged.</summary>
    /// <value>Default 20 s.</value>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a client may take to answer a ping; then it is cut off.</summary>
    /// <value>Default 60 s.</value>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How much audio of one session may wait to be recognised before its socket is no longer read.</summary>
    /// <value>2 s to 10 min; default 10 s.</value>
    public TimeSpan BufferDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether file audio other than WAV is given to an <c>ffmpeg</c> process.</summary>
    /// <value>Default true.</value>
    public bool AllowFfmpeg { get; set; } = true;
}
