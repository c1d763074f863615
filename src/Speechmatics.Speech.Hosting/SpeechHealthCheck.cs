using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Speechmatics.Speech.Hosting;

/// <summary>One of the three questions that a supervisor asks.</summary>
internal sealed class SpeechHealthCheck(SpeechEngine engine, SpeechLiveness liveness, SpeechHealth question) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (good, problem) = question switch
        {
            SpeechHealth.Started => (engine.IsStarted, "The model is not loaded yet."),
            SpeechHealth.Live => (liveness.IsLive, $"Sessions wait for a step, and none has run for {SpeechLiveness.Patience.TotalSeconds:0} s."),
            _ => (engine.IsReady, engine.IsDraining ? "The engine drains and takes no new sessions." : engine.IsStarted ? "All sessions are taken." : "The model is not loaded yet."),
        };
        return Task.FromResult(good ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, problem));
    }
}
