using Microsoft.Extensions.Options;

namespace Speechmatics.Speech.Server;

/// <summary>Collects everything that is wrong with the options. Keys are never part of a message.</summary>
internal sealed class SpeechServerOptionsValidator : IValidateOptions<SpeechServerOptions>
{
    private const int LeastKeyCharacters = 16;
    private const int LeastTokenKeyCharacters = 32;

    public ValidateOptionsResult Validate(string? name, SpeechServerOptions options)
    {
        var failures = new List<string>();
        Check(options.TokenKey is null or { Length: >= LeastTokenKeyCharacters }, nameof(options.TokenKey), $"has fewer than {LeastTokenKeyCharacters} characters");
        Check(options.AdminKey is null or { Length: >= LeastKeyCharacters }, nameof(options.AdminKey), $"has fewer than {LeastKeyCharacters} characters");
        for (var i = 0; i < options.ApiKeys.Count; i++)
        {
            var key = options.ApiKeys[i];
            Check(key.Name.Length > 0, $"ApiKeys:{i}:Name", "is empty");
            Check(key.Key.Length >= LeastKeyCharacters, $"ApiKeys:{i}:Key", $"has fewer than {LeastKeyCharacters} characters");
            Check(key.MaxSessions is null or >= 1, $"ApiKeys:{i}:MaxSessions", "is less than 1");
            Check(options.ApiKeys.Count(other => other.Name == key.Name) == 1, $"ApiKeys:{i}:Name", $"{key.Name} is used twice");
        }

        Check(options.MaxSessions is null or >= 1, nameof(options.MaxSessions), "is less than 1");
        Check(options.MaxSessionsPerKey is null or >= 1, nameof(options.MaxSessionsPerKey), "is less than 1");
        Check(options.MaxConnections >= 1, nameof(options.MaxConnections), "is less than 1");
        Check(options.MaxConnectsPerSecond is null or >= 1, nameof(options.MaxConnectsPerSecond), "is less than 1");
        Check(options.MaxTextMessageBytes >= 1024, nameof(options.MaxTextMessageBytes), "is less than 1024");
        Check(options.MaxAudioMessageBytes >= 1024, nameof(options.MaxAudioMessageBytes), "is less than 1024");
        Check(options.MaxUploadBytes >= 1024, nameof(options.MaxUploadBytes), "is less than 1024");
        Check(options.BufferDuration >= TimeSpan.FromSeconds(2) && options.BufferDuration <= TimeSpan.FromMinutes(10), nameof(options.BufferDuration), "is not between 2 s and 10 min");
        CheckTime(options.StartTimeout, nameof(options.StartTimeout));
        CheckTime(options.IdleTimeout, nameof(options.IdleTimeout));
        CheckTime(options.SessionTimeout, nameof(options.SessionTimeout));
        CheckTime(options.SendTimeout, nameof(options.SendTimeout));
        CheckTime(options.CloseTimeout, nameof(options.CloseTimeout));
        CheckTime(options.PingInterval, nameof(options.PingInterval));
        CheckTime(options.PingTimeout, nameof(options.PingTimeout));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool good, string field, string problem)
        {
            if (!good) failures.Add($"{SpeechServerOptions.Section}:{field} {problem}.");
        }

        void CheckTime(TimeSpan time, string field) => Check(time > TimeSpan.Zero || time == Timeout.InfiniteTimeSpan, field, "is neither above zero nor -00:00:00.001 for none");
    }
}
