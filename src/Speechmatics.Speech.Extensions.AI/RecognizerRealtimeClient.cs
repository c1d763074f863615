using Microsoft.Extensions.AI;
using Speechmatics.Speech.Recognition;

namespace Speechmatics.Speech.Extensions.AI;

/// <summary>One session of the recognizer's pool for each session of the client.</summary>
internal sealed class RecognizerRealtimeClient(SpeechRecognizer recognizer, string modelId) : IRealtimeClient
{
    public async Task<IRealtimeClientSession> CreateSessionAsync(RealtimeSessionOptions? options = null, CancellationToken cancellationToken = default)
    {
        var settings = RealtimeSettings.Read(options, recognizer.Pool);
        var session = await recognizer.Pool.OpenAsync(settings, cancellationToken).ConfigureAwait(false);
        return new RecognizerRealtimeSession(session, settings, options, modelId);
    }

    /// <remarks>Null for what is unknown: middleware asks for types of its own.</remarks>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(SpeechRecognizer) ? recognizer
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        // the recognizer is the caller's
    }
}
