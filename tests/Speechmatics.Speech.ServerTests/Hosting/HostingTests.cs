using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Hosting;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.ServerTests.Hosting;

public sealed class HostingTests
{
    [Fact]
    public async Task A_host_loads_the_model_at_its_start_and_recognises_with_what_it_exposes()
    {
        using var host = CreateHost();
        await host.StartAsync();

        var recognizer = host.Services.GetRequiredService<SpeechRecognizer>();
        var words = new List<string>();
        await foreach (var speechEvent in recognizer.RecognizeAsync(AudioSource.FromWaveFile(Clip.Order.FullPath)))
            if (speechEvent is FinalTranscript final) words.Add(final.Text);

        Assert.True(Clip.Order.ErrorRate(string.Join(' ', words)) <= 0.3);
        Assert.Equal("en", host.Services.GetRequiredService<SpeechModel>().Language);
        Assert.Same(recognizer.Pool, host.Services.GetRequiredService<SessionPool>());
        await host.StopAsync();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", false)]
    public async Task The_other_models_are_found_beside_the_application_and_can_be_switched_off(string? setting, bool found)
    {
        using var host = CreateHost(null, setting is null ? [] : [("Speech:EnhancedModelPath", setting), ("Speech:VoiceActivityModelPath", setting)]);
        await host.StartAsync();

        Assert.Equal(found, host.Services.GetRequiredService<SessionPool>().HasVoiceActivity);
        Assert.Equal(found, host.Services.GetRequiredService<SpeechEngine>().VoiceActivityModel is not null);
        Assert.Equal(found, host.Services.GetRequiredService<SessionPool>().HasEnhanced);
        Assert.Equal(found, host.Services.GetRequiredService<SpeechEngine>().EnhancedModel is not null);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_second_pass_that_is_asked_for_and_absent_stops_the_start()
    {
        using var host = CreateHost(speech => speech.EnhancedModelPath = "no-such-second-model");

        var exception = await Assert.ThrowsAsync<SpeechModelException>(() => host.StartAsync());

        Assert.Contains("no-such-second-model", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_come_from_the_configuration_and_the_delegate_has_the_last_word()
    {
        using var host = CreateHost(speech => speech.Workers = 1, ("Speech:MaxSessions", "7"), ("Speech:Workers", "2"), ("Speech:DrainTimeout", "00:00:03"));
        var options = host.Services.GetRequiredService<IOptions<SpeechEngineOptions>>().Value;

        Assert.Equal(7, options.MaxSessions);
        Assert.Equal(1, options.Workers);
        Assert.Equal(TimeSpan.FromSeconds(3), options.DrainTimeout);
        await host.StartAsync();
        Assert.Equal(7, host.Services.GetRequiredService<SessionPool>().GetStatus().MaxSessions);
        await host.StopAsync();
    }

    [Fact]
    public void All_that_is_wrong_with_the_options_is_said_at_once()
    {
        var exception = Assert.Throws<OptionsValidationException>(() => CreateHost(null, ("Speech:MaxSessions", "0"), ("Speech:Workers", "-1")));

        Assert.Contains("Speech:MaxSessions is 0", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Speech:Workers is -1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_model_stops_the_start_and_names_the_folder()
    {
        using var host = CreateHost(speech => speech.ModelPath = "no-such-model");

        var exception = await Assert.ThrowsAsync<SpeechModelException>(() => host.StartAsync());

        Assert.Contains("no-such-model", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_asked_for_before_the_start_says_how_to_start()
    {
        using var host = CreateHost();

        var exception = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<SessionPool>());

        Assert.Contains("StartAsync", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_checks_tell_start_life_and_room()
    {
        using var host = CreateHost(speech => speech.MaxSessions = 1);
        var checks = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(("Unhealthy", "Healthy", "Unhealthy"), await AskAsync(checks));

        await host.StartAsync();
        Assert.Equal(("Healthy", "Healthy", "Healthy"), await AskAsync(checks));

        await using (await host.Services.GetRequiredService<SessionPool>().OpenAsync())
            Assert.Equal(("Healthy", "Healthy", "Unhealthy"), await AskAsync(checks));
        Assert.Equal(("Healthy", "Healthy", "Healthy"), await AskAsync(checks));

        host.Services.GetRequiredService<SpeechEngine>().BeginDrain();
        Assert.Equal(("Healthy", "Healthy", "Unhealthy"), await AskAsync(checks));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_pool_whose_sessions_wait_without_a_step_for_ten_seconds_is_dead()
    {
        using var host = CreateHost();
        await host.StartAsync();
        var status = host.Services.GetRequiredService<SessionPool>().GetStatus();
        var clock = new FakeTimeProvider();
        var liveness = new SpeechLiveness(host.Services.GetRequiredService<SpeechEngine>(), clock);
        var stuck = status with { QueuedSessions = 3, Steps = 41 };

        Assert.True(liveness.Judge(stuck));
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.True(liveness.Judge(stuck));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(liveness.Judge(stuck));
        Assert.True(liveness.Judge(stuck with { Steps = 42 }));
        await host.StopAsync();
    }

    [Fact]
    public async Task The_end_waits_for_open_sessions_and_logs_no_words()
    {
        var logs = new FakeLogCollector();
        using var host = CreateHost(logs: logs);
        await host.StartAsync();
        var engine = host.Services.GetRequiredService<SpeechEngine>();
        var session = await engine.Pool.OpenAsync();

        var stopping = host.StopAsync();
        Assert.True(engine.IsDraining);
        await Task.Delay(200);
        Assert.False(stopping.IsCompleted);
        await session.WriteAsync((ReadOnlyMemory<byte>)Clip.Order.Pcm());
        session.Complete();
        var text = "";
        await foreach (var speechEvent in session.ReadEventsAsync())
            if (speechEvent is FinalTranscript final) text += " " + final.Text;
        await session.DisposeAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Contains("cappuccino", text, StringComparison.Ordinal);
        var lines = string.Join('\n', logs.GetSnapshot().Select(record => record.Message));
        Assert.Contains("en-standard", lines, StringComparison.Ordinal);
        Assert.Contains("0 sessions are still open", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("cappuccino", lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_does_not_end_delays_the_end_by_the_drain_timeout_only()
    {
        using var host = CreateHost(speech => speech.DrainTimeout = TimeSpan.FromMilliseconds(300));
        await host.StartAsync();
        await using var session = await host.Services.GetRequiredService<SessionPool>().OpenAsync();

        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(TimeSpan.FromSeconds(30), host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    private static IHost CreateHost(Action<SpeechEngineOptions>? configure = null, params (string Key, string Value)[] settings) => CreateHost(null, configure, settings);

    private static IHost CreateHost(FakeLogCollector? logs, Action<SpeechEngineOptions>? configure = null, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        if (logs is not null) builder.Logging.AddProvider(new FakeLoggerProvider(logs)).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSpeech(configure);
        return builder.Build();
    }

    private static async Task<(string Started, string Live, string Ready)> AskAsync(HealthCheckService checks)
    {
        var report = await checks.CheckHealthAsync();
        return (report.Entries["speech-started"].Status.ToString(), report.Entries["speech-live"].Status.ToString(), report.Entries["speech-ready"].Status.ToString());
    }
}
