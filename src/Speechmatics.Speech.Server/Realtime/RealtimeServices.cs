using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Speechmatics.Speech.Hosting;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>What all connections share.</summary>
internal sealed class RealtimeServices(SpeechEngine engine, IOptions<SpeechServerOptions> options, IOptions<SpeechEngineOptions> engineOptions, ServerSessions sessions, VocabularyCache vocabularies, TimeProvider clock, ILogger<RealtimeServices> logger)
{
    public SpeechEngine Engine { get; } = engine;

    public SpeechServerOptions Options { get; } = options.Value;

    /// <summary>Whether words may be logged, at level Trace.</summary>
    public bool LogTranscripts { get; } = engineOptions.Value.LogTranscripts;

    public ServerSessions Sessions { get; } = sessions;

    public VocabularyCache Vocabularies { get; } = vocabularies;

    public TimeProvider Clock { get; } = clock;

    public ILogger Logger { get; } = logger;
}
