using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Audio;

/// <summary>Raw samples: straight into the session.</summary>
internal sealed class RawInlet(SpeechSession session) : IAudioInlet
{
    public Task<SpeechSession> Session { get; } = Task.FromResult(session);

    public Task Failure { get; } = new TaskCompletionSource().Task;

    public string? Notice => null;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => session.WriteAsync(bytes, cancellationToken);

    public void Complete() => session.Complete();

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
