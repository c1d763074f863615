namespace Speechmatics.Speech.Audio;

/// <summary>
/// Reads one source of audio from start to end as mono samples, in constant memory. For one caller at a time; await a read, or cancel it
/// and await it, before disposing.
/// </summary>
public abstract class AudioReader : IAsyncDisposable
{
    /// <summary>Samples a second.</summary>
    public abstract int SampleRate { get; }

    /// <summary>How long the audio is, when its header or the length of its file tells; otherwise null. Live audio has none.</summary>
    public virtual TimeSpan? Duration => null;

    /// <summary>
    /// Null while all is well. Set at the latest by the read that returns 0, when the audio was cut short or damaged: what is missing and
    /// where. What was readable has been read.
    /// </summary>
    public virtual string? Notice => null;

    /// <summary>
    /// Reads the next samples. Returns as soon as there are some, so live audio is not held back; waits when there are none yet. Values are
    /// copied: floats in the source come out unchanged, also when they exceed full scale or are not finite.
    /// </summary>
    /// <param name="samples">Receives the samples, full scale at ±1. Not empty.</param>
    /// <param name="cancellationToken">Stops waiting. A source read through a process or a sequence ends with it; its reader can only be
    /// disposed then.</param>
    /// <returns>The number of samples written; 0 at the end of the audio, and from then on.</returns>
    /// <exception cref="ArgumentException"><paramref name="samples"/> is empty.</exception>
    /// <exception cref="ObjectDisposedException">The reader has been disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public abstract ValueTask<int> ReadAsync(Memory<float> samples, CancellationToken cancellationToken = default);

    /// <summary>Closes the source, unless it was to be left open. May be called again.</summary>
    public abstract ValueTask DisposeAsync();

    private protected static void ThrowIfEmpty(Memory<float> samples)
    {
        if (samples.IsEmpty) throw new ArgumentException("There is no room for samples: 0 could not be told from the end of the audio.", nameof(samples));
    }
}
