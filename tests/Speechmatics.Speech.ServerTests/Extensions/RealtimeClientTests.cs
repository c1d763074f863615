using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Speechmatics.Speech.Extensions.AI;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.ServerTests.Extensions;

/// <summary>The recognizer as an <see cref="IRealtimeClient"/>.</summary>
public sealed class RealtimeClientTests : IAsyncLifetime
{
    private static readonly RealtimeSessionOptions Transcription = new() { SessionKind = RealtimeSessionKind.Transcription, InputAudioFormat = new RealtimeAudioFormat("audio/pcm", 16000) };

    private SpeechRecognizer _recognizer = null!;
    private IRealtimeClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _recognizer = await SpeechRecognizer.CreateAsync(Repository.EnglishModel, new SessionPoolOptions { MaxSessions = 8 });
        _client = _recognizer.AsRealtimeClient("en-standard");
    }

    public ValueTask DisposeAsync() => _recognizer.DisposeAsync();

    [Fact]
    public async Task Appended_audio_comes_back_as_words_and_a_commit_ends_the_utterance()
    {
        await using var session = await _client.CreateSessionAsync(Transcription);
        var messages = new List<RealtimeServerMessage>();
        var reading = ReadAsync(session, messages);
        var pcm = Clip.Order.Pcm();
        for (var at = 0; at < pcm.Length; at += 3200)
            await session.SendAsync(new InputAudioBufferAppendRealtimeClientMessage(new DataContent(pcm.AsMemory(at, Math.Min(3200, pcm.Length - at)), "audio/pcm")));
        await session.SendAsync(new InputAudioBufferCommitRealtimeClientMessage());

        // what is not read when a session is disposed is lost: the reader comes to its end first
        session.GetService<SpeechSession>()!.Complete();
        await reading;
        await session.DisposeAsync();

        var finals = messages.OfType<InputAudioTranscriptionRealtimeServerMessage>().ToList();
        Assert.All(finals, final => Assert.Equal(RealtimeServerMessageType.InputAudioTranscriptionCompleted, final.Type));
        Assert.True(Clip.Order.ErrorRate(string.Join(' ', finals.Select(final => final.Transcription))) <= 0.3);
        Assert.All(finals, final => Assert.IsType<FinalTranscript>(final.RawRepresentation));
        Assert.Contains(messages, message => message.Type == RealtimeServerMessageType.RawContentOnly && message.RawRepresentation is PartialTranscript);
        Assert.Contains(messages, message => message.RawRepresentation is EndOfUtterance { Reason: EndOfUtteranceReason.Forced });
        Assert.Equal(0, _recognizer.Pool.GetStatus().ActiveSessions);
    }

    [Fact]
    public async Task Messages_sent_from_several_threads_are_taken_one_after_the_other()
    {
        await using var session = await _client.CreateSessionAsync(Transcription);

        await Parallel.ForEachAsync(Enumerable.Range(0, 50), async (_, stop) => await session.SendAsync(new InputAudioBufferAppendRealtimeClientMessage(new DataContent(new byte[320], "audio/pcm")), stop));

        Assert.Equal(TimeSpan.FromSeconds(0.5), session.GetService<SpeechSession>()!.AudioReceived);
    }

    [Fact]
    public async Task Conversations_other_audio_and_other_messages_are_refused()
    {
        Assert.Contains("Transcription", (await Assert.ThrowsAsync<NotSupportedException>(() => _client.CreateSessionAsync(new RealtimeSessionOptions { SessionKind = RealtimeSessionKind.Conversation }))).Message, StringComparison.Ordinal);
        Assert.Contains("audio/opus", (await Assert.ThrowsAsync<NotSupportedException>(() =>
            _client.CreateSessionAsync(new RealtimeSessionOptions { SessionKind = RealtimeSessionKind.Transcription, InputAudioFormat = new RealtimeAudioFormat("audio/opus", 48000) }))).Message, StringComparison.Ordinal);
        await using var session = await _client.CreateSessionAsync(Transcription);
        await Assert.ThrowsAsync<NotSupportedException>(() => session.SendAsync(new CreateResponseRealtimeClientMessage()));
        Assert.Null(_client.GetService(typeof(string)));
        Assert.Null(session.GetService(typeof(string)));
    }

    [Fact]
    public async Task Logging_and_telemetry_middleware_work_around_it()
    {
        const string Source = "realtime-tests";
        var spans = new List<System.Diagnostics.Activity>();
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSource(Source).AddInMemoryExporter(spans).Build();
        var logs = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(new FakeLoggerProvider(logs)).SetMinimumLevel(LogLevel.Debug));
        var client = _client.AsBuilder().UseLogging(loggers).UseOpenTelemetry(loggers, Source).Build();

        await using (var session = await client.CreateSessionAsync(Transcription))
        {
            var messages = new List<RealtimeServerMessage>();
            var reading = ReadAsync(session, messages);
            await session.SendAsync(new InputAudioBufferAppendRealtimeClientMessage(new DataContent(Clip.Order.Pcm(), "audio/pcm")));
            await session.SendAsync(new InputAudioBufferCommitRealtimeClientMessage());
            await session.DisposeAsync();
            await reading;
            Assert.NotEmpty(messages.OfType<InputAudioTranscriptionRealtimeServerMessage>());
        }

        Assert.NotEmpty(logs.GetSnapshot());
        Assert.DoesNotContain(logs.GetSnapshot(), record => record.Message.Contains("milk", StringComparison.Ordinal));
    }

    private static async Task ReadAsync(IRealtimeClientSession session, List<RealtimeServerMessage> messages)
    {
        await foreach (var message in session.GetStreamingResponseAsync()) messages.Add(message);
    }
}
