namespace Speechmatics.Speech.Server.Protocol;

/// <summary>A type of Error message, and the close code and reason that follow it.</summary>
internal sealed record ErrorType(string Name, int CloseCode, string CloseReason)
{
    public static readonly ErrorType InvalidMessage = new("invalid_message", 1003, "protocol_error");
    public static readonly ErrorType InvalidConfig = new("invalid_config", 1003, "protocol_error");
    public static readonly ErrorType InvalidLanguage = new("invalid_language", 1003, "protocol_error");
    public static readonly ErrorType InvalidAudioType = new("invalid_audio_type", 1003, "protocol_error");
    public static readonly ErrorType Protocol = new("protocol_error", 1003, "protocol_error");
    public static readonly ErrorType InvalidModel = new("invalid_model", 4004, "invalid_model");
    public static readonly ErrorType QuotaExceeded = new("quota_exceeded", 4005, "quota_exceeded");
    public static readonly ErrorType Job = new("job_error", 4013, "job_error");
    public static readonly ErrorType IdleTimeout = new("idle_timeout", 1008, "policy_violation");
    public static readonly ErrorType SessionTimeout = new("session_timeout", 1008, "policy_violation");
    public static readonly ErrorType Unknown = new("unknown_error", 1011, "internal_error");
}
