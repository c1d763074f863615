using System.Runtime.CompilerServices;

namespace Speechmatics.Speech.Audio;

/// <summary>
/// Reads interleaved samples from a stream that stands at the first of them. Holds 16 KB of bytes, and as many samples when channels are to
/// be mixed.
/// </summary>
internal sealed class SampleStreamReader : AudioReader
{
    private const int BufferBytes = 16384;

    private readonly string _name;
    private readonly Stream _stream;
    private readonly SampleLayout _layout;
    private readonly ChannelSelection _channels;
    private readonly long? _dataBytes;
    private readonly bool _leaveOpen;
    private readonly byte[] _bytes = new byte[BufferBytes];
    private readonly float[] _interleaved;
    private long _bytesRead;
    private bool _ended;
    private bool _disposed;
    private string? _notice;

    // bytes of a frame that has not arrived whole, at the start of _bytes
    private int _held;

    /// <param name="name">The source, for messages.</param>
    /// <param name="stream">Stands at the first sample.</param>
    /// <param name="layout">What the bytes mean.</param>
    /// <param name="channels">Which are heard; they exist.</param>
    /// <param name="dataBytes">The bytes that the header promises, or null to read to the stream's end.</param>
    /// <param name="leaveOpen">Whether the stream outlives the reader.</param>
    public SampleStreamReader(string name, Stream stream, SampleLayout layout, ChannelSelection channels, long? dataBytes, bool leaveOpen)
    {
        _name = name;
        _stream = stream;
        _layout = layout;
        _channels = channels;
        _dataBytes = dataBytes;
        _leaveOpen = leaveOpen;
        _interleaved = layout.Channels == 1 ? [] : new float[BufferBytes / SampleConversion.BytesPerSample(layout.Format)];

        // what is there counts, should the header promise more
        long? available = stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;
        Duration = dataBytes is null && available is null ? null : layout.TimeOf(Math.Min(dataBytes ?? long.MaxValue, available ?? long.MaxValue));
    }

    public override int SampleRate => _layout.SampleRate;

    public override TimeSpan? Duration { get; }

    public override string? Notice => _notice;

    /// <summary>Where in the audio the reader stands.</summary>
    public TimeSpan Position => _layout.TimeOf(_bytesRead);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<float> samples, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ThrowIfEmpty(samples);
        var frameBytes = _layout.FrameBytes;
        while (!_ended)
        {
            var frames = Math.Min(_bytes.Length / frameBytes, samples.Length);
            var wanted = (int)Math.Min((frames * frameBytes) - _held, _dataBytes - _bytesRead ?? int.MaxValue);
            var read = wanted == 0 ? 0 : await _stream.ReadAsync(_bytes.AsMemory(_held, wanted), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                _ended = true;
                _notice = DescribeEnd();
                break;
            }

            _bytesRead += read;
            (frames, var rest) = Math.DivRem(_held + read, frameBytes);
            if (frames > 0) Convert(frames, samples.Span);
            _bytes.AsSpan(frames * frameBytes, rest).CopyTo(_bytes);
            _held = rest;
            if (frames > 0) return frames;
        }

        return 0;
    }

    public override ValueTask DisposeAsync()
    {
        var close = !_disposed && !_leaveOpen;
        _disposed = true;
        return close ? _stream.DisposeAsync() : default;
    }

    private void Convert(int frames, Span<float> mono)
    {
        var bytes = _bytes.AsSpan(0, frames * _layout.FrameBytes);
        if (_layout.Channels == 1)
        {
            SampleConversion.ToFloat(bytes, _layout.Format, mono);
            return;
        }

        var interleaved = _interleaved.AsSpan(0, frames * _layout.Channels);
        SampleConversion.ToFloat(bytes, _layout.Format, interleaved);
        SampleConversion.ToMono(interleaved, _layout.Channels, _channels, mono);
    }

    private string? DescribeEnd()
    {
        var missing = _dataBytes - _bytesRead ?? 0;
        if (missing > 0)
        {
            var promised = _layout.TimeOf(_dataBytes!.Value);
            return $"{_name} is cut short: the header promises {promised:c} of audio ({_dataBytes} bytes), and it ends at {Position:c}, {missing} bytes early.";
        }

        if (_held == 0) return null;
        return $"{_name} ends inside a frame at {Position:c}: the last {_held} of {_bytesRead} bytes are no whole frame of {_layout.FrameBytes} bytes.";
    }
}
