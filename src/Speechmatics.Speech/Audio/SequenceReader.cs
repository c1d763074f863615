namespace Speechmatics.Speech.Audio;

/// <summary>Reads a sequence of pieces of samples.</summary>
internal sealed class SequenceReader : AudioReader
{
    // a sequence takes its token once, a reader one for each read: the read's token cancels the sequence's
    private readonly CancellationTokenSource _cancellation = new();
    private readonly IAsyncEnumerator<ReadOnlyMemory<float>> _pieces;
    private ReadOnlyMemory<float> _rest;
    private bool _ended;
    private bool _disposed;

    public SequenceReader(IAsyncEnumerable<ReadOnlyMemory<float>> samples, int sampleRate)
    {
        SampleRate = sampleRate;
        _pieces = samples.GetAsyncEnumerator(_cancellation.Token);
    }

    public override int SampleRate { get; }

    public override async ValueTask<int> ReadAsync(Memory<float> samples, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ThrowIfEmpty(samples);
        cancellationToken.ThrowIfCancellationRequested();
        while (_rest.IsEmpty)
        {
            if (_ended) return 0;
            _ended = !await MoveNextAsync(cancellationToken).ConfigureAwait(false);
            _rest = _ended ? default : _pieces.Current;
        }

        var count = Math.Min(_rest.Length, samples.Length);
        _rest[..count].CopyTo(samples);
        _rest = _rest[count..];
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _pieces.DisposeAsync().ConfigureAwait(false);
        _cancellation.Dispose();
    }

    private async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _cancellation);
        try
        {
            return await _pieces.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }
}
