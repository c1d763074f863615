using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Audio;

/// <summary>Where the bytes of a client's audio messages go. One writer; a full inlet waits, which in the end stops the reading of the socket.</summary>
internal interface IAudioInlet : IAsyncDisposable
{
    /// <summary>The session that hears the audio, once its format is known.</summary>
    Task<SpeechSession> Session { get; }

    /// <summary>Faulted when the audio cannot be read any further; otherwise never done.</summary>
    Task Failure { get; }

    /// <summary>A remark on the audio once it has ended, or null.</summary>
    string? Notice { get; }

    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>No more audio comes.</summary>
    void Complete();
}
