using Microsoft.Extensions.AI;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Extensions.AI;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.ServerTests.Extensions;

/// <summary>The recognizer as an <see cref="ISpeechToTextClient"/>, with the library's own middleware around it.</summary>
public sealed class SpeechToTextClientTests : IAsyncLifetime
{
    private SpeechRecognizer _recognizer = null!;
    private ISpeechToTextClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _recognizer = await SpeechRecognizer.CreateAsync(Repository.EnglishModel, new SessionPoolOptions { MaxSessions = 8 });
        _client = _recognizer.AsSpeechToTextClient("en-standard");
    }

    public ValueTask DisposeAsync() => _recognizer.DisposeAsync();

    [Fact]
    public async Task A_stream_becomes_a_text_with_typed_words()
    {
        await using var stream = File.OpenRead(Clip.Order.FullPath);

        var response = await _client.GetTextAsync(stream);

        Assert.True(Clip.Order.ErrorRate(response.Text) <= 0.3, response.Text);
        var finals = Assert.IsType<IReadOnlyList<FinalTranscript>>(response.RawRepresentation, exactMatch: false);
        Assert.Equal(response.Text, string.Join(' ', finals.SelectMany(final => final.Words).Select(word => word.Text)));
        Assert.True(response.EndTime > response.StartTime);
        Assert.True(stream.CanRead, "the stream is the caller's");
    }

    [Fact]
    public async Task Partials_are_never_joined_into_the_text()
    {
        await using var stream = File.OpenRead(Clip.Order.FullPath);
        var updates = new List<SpeechToTextResponseUpdate>();
        await foreach (var update in _client.GetStreamingTextAsync(stream)) updates.Add(update);

        Assert.Equal(SpeechToTextResponseUpdateKind.SessionOpen, updates[0].Kind);
        Assert.Equal(SpeechToTextResponseUpdateKind.SessionClose, updates[^1].Kind);
        Assert.True(Clip.Order.ErrorRate(updates.ToSpeechToTextResponse().Text) <= 0.3);
        Assert.All(updates.Where(update => update.Kind == SpeechToTextResponseUpdateKind.TextUpdating), update => Assert.Empty(update.Text));
        Assert.Contains(updates, update => update.RawRepresentation is FinalTranscript);
    }

    [Fact]
    public async Task Partials_come_while_audio_comes()
    {
        var updates = new List<SpeechToTextResponseUpdate>();
        var pcm = Clip.Order.Pcm();
        await foreach (var update in _client.GetStreamingTextAsync(new PacedStream(pcm), new SpeechToTextOptions { SpeechSampleRate = 16000 })) updates.Add(update);

        Assert.Contains(updates, update => update.Contents.OfType<PartialTranscriptContent>().Any(content => content.Text.Length > 0));
        Assert.True(Clip.Order.ErrorRate(updates.ToSpeechToTextResponse().Text) <= 0.3);
    }

    [Fact]
    public async Task The_session_s_own_options_can_be_given()
    {
        await using var stream = File.OpenRead(Clip.Order.FullPath);

        var response = await _client.GetTextAsync(stream, new SpeechToTextOptions { RawRepresentationFactory = _ => new SessionOptions { Formatting = Decoding.TextForm.TextFormatting.Written } });

        Assert.StartsWith("Can I", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_samples_without_a_rate_are_refused_with_the_fix()
    {
        var exception = await Assert.ThrowsAsync<AudioFormatException>(() => _client.GetTextAsync(new MemoryStream(Clip.Order.Pcm())));
        Assert.Contains("SpeechSampleRate", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Services_are_found_by_type_and_unknown_ones_are_null()
    {
        Assert.Equal("en-standard", _client.GetService<SpeechToTextClientMetadata>()!.DefaultModelId);
        Assert.Same(_recognizer, _client.GetService<SpeechRecognizer>());
        Assert.Same(_client, _client.GetService<ISpeechToTextClient>());
        Assert.Null(_client.GetService<string>());
        Assert.Null(_client.GetService(typeof(SpeechRecognizer), "key"));
    }

    [Fact]
    public async Task Logging_and_telemetry_middleware_work_around_it()
    {
        const string Source = "speech-tests";
        var spans = new List<System.Diagnostics.Activity>();
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSource(Source).AddInMemoryExporter(spans).Build();
        using var durations = new MetricCollector<double>(null, Source, "gen_ai.client.operation.duration");
        var logs = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(new FakeLoggerProvider(logs)).SetMinimumLevel(LogLevel.Debug));
        var client = _client.AsBuilder().UseLogging(loggers).UseOpenTelemetry(loggers, Source).Build();
        await using var stream = File.OpenRead(Clip.Order.FullPath);

        var text = "";
        await foreach (var update in client.GetStreamingTextAsync(stream)) text += update.Text;

        Assert.True(Clip.Order.ErrorRate(text) <= 0.3);
        Assert.Contains("en-standard", Assert.Single(spans).DisplayName, StringComparison.Ordinal);
        Assert.Single(durations.GetMeasurementSnapshot());
        Assert.NotEmpty(logs.GetSnapshot());
        Assert.DoesNotContain(logs.GetSnapshot(), record => record.Message.Contains("milk", StringComparison.Ordinal));
    }

    /// <summary>Gives 100 ms of audio every 20 ms.</summary>
    private sealed class PacedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(20, cancellationToken);
            return await base.ReadAsync(buffer[..Math.Min(3200, buffer.Length)], cancellationToken);
        }
    }
}
