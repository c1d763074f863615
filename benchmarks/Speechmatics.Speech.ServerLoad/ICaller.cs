namespace Speechmatics.Speech.ServerLoad;

/// <summary>One who speaks: over a WebSocket, or in this very process for comparison.</summary>
internal interface ICaller : IAsyncDisposable
{
    /// <returns>Why it could not begin, or null.</returns>
    Task<string?> StartAsync(CancellationToken cancellationToken);

    ValueTask SendAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken);

    /// <summary>No more audio comes.</summary>
    Task EndAsync(CancellationToken cancellationToken);

    /// <summary>Everything that comes back, to the end of the transcript.</summary>
    IAsyncEnumerable<Heard> ReadAsync(CancellationToken cancellationToken);
}
