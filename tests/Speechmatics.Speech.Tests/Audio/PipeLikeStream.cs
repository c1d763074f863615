namespace Speechmatics.Speech.Tests.Audio;

/// <summary>Bytes as a pipe gives them: no seeking, and never more at once than asked for in <paramref name="pieces"/>, in turn.</summary>
internal sealed class PipeLikeStream(Stream bytes, params int[] pieces) : Stream
{
    private int _reads;

    public PipeLikeStream(byte[] bytes, params int[] pieces)
        : this(new MemoryStream(bytes), pieces)
    {
    }

    public bool Disposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        bytes.ReadAsync(pieces.Length == 0 ? buffer : buffer[..Math.Min(buffer.Length, pieces[_reads++ % pieces.Length])], cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The library reads asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing) => Disposed = true;
}
