using Microsoft.Extensions.Options;

namespace Speechmatics.Speech.Hosting;

/// <summary>Collects everything that is wrong with the options, so that one start shows all of it.</summary>
internal sealed class SpeechEngineOptionsValidator : IValidateOptions<SpeechEngineOptions>
{
    public ValidateOptionsResult Validate(string? name, SpeechEngineOptions options)
    {
        var failures = new List<string>();
        Check(!string.IsNullOrWhiteSpace(options.ModelPath), nameof(options.ModelPath), options.ModelPath, "the folder of a model package");
        Check(options.MaxSessions is null or >= 1, nameof(options.MaxSessions), options.MaxSessions, "at least 1, or absent for the measured capacity");
        Check(options.AdmissionTimeout >= TimeSpan.Zero || options.AdmissionTimeout == Timeout.InfiniteTimeSpan, nameof(options.AdmissionTimeout), options.AdmissionTimeout, "zero or more, or -00:00:00.001 to wait without end");
        Check(options.Workers is null or (>= 1 and <= 1024), nameof(options.Workers), options.Workers, "1 to 1024, or absent for one on each processor");
        Check(options.MaxBatch is null or (>= 1 and <= 256), nameof(options.MaxBatch), options.MaxBatch, "1 to 256, or absent for what measured best");
        Check(options.DrainTimeout >= TimeSpan.Zero, nameof(options.DrainTimeout), options.DrainTimeout, "zero or more");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool good, string field, object? value, string wanted)
        {
            if (!good) failures.Add($"{SpeechEngineOptions.Section}:{field} is {value ?? "absent"}; it must be {wanted}.");
        }
    }
}
