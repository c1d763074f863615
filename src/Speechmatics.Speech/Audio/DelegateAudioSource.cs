namespace Speechmatics.Speech.Audio;

/// <summary>A source whose opening is one function; <paramref name="once"/> when there is but one stream to read.</summary>
internal sealed class DelegateAudioSource(string name, bool once, Func<CancellationToken, ValueTask<AudioReader>> open) : AudioSource
{
    private int _opened;

    public override ValueTask<AudioReader> OpenAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (once && Interlocked.Exchange(ref _opened, 1) != 0)
            throw new InvalidOperationException($"{name} has been opened and cannot be read twice: make a new source from a new stream, or use a file.");
        return open(cancellationToken);
    }

    public override string ToString() => name;
}
