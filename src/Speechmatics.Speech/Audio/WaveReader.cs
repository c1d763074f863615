namespace Speechmatics.Speech.Audio;

/// <summary>Opens WAV files and streams.</summary>
internal static class WaveReader
{
    public static async ValueTask<AudioReader> OpenFileAsync(string path, ChannelSelection channels, CancellationToken cancellationToken) =>
        await OpenAsync(OpenFile(path), path, path, channels, leaveOpen: false, cancellationToken).ConfigureAwait(false);

    public static async ValueTask<AudioReader> OpenStreamAsync(
        Stream stream, ChannelSelection channels, bool leaveOpen, CancellationToken cancellationToken) =>
        await OpenAsync(stream, "The WAV stream", null, channels, leaveOpen, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens the file if it is WAV with a codec of ours; otherwise null.</summary>
    public static async ValueTask<AudioReader?> TryOpenFileAsync(string path, ChannelSelection channels, CancellationToken cancellationToken)
    {
        var stream = OpenFile(path);
        // a named pipe cannot be read twice, so it is WAV or nothing
        if (!stream.CanSeek) return await OpenAsync(stream, path, path, channels, leaveOpen: false, cancellationToken).ConfigureAwait(false);
        try
        {
            var start = new byte[12];
            var got = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            stream.Position = 0;
            if (!WaveHeader.IsWave(start.AsSpan(0, got))) return await CloseAsync().ConfigureAwait(false);
            var header = await WaveHeader.ReadAsync(stream, path, path, cancellationToken).ConfigureAwait(false);
            return header.Format is null ? await CloseAsync().ConfigureAwait(false) : Create(header, stream, path, path, channels, leaveOpen: false);
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }

        async ValueTask<AudioReader?> CloseAsync()
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>Reads the header. The stream is disposed when that fails, unless it is to be left open.</summary>
    public static async ValueTask<SampleStreamReader> OpenAsync(
        Stream stream, string name, string? file, ChannelSelection channels, bool leaveOpen, CancellationToken cancellationToken)
    {
        try
        {
            var header = await WaveHeader.ReadAsync(stream, name, file, cancellationToken).ConfigureAwait(false);
            return Create(header, stream, name, file, channels, leaveOpen);
        }
        catch when (!leaveOpen)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static SampleStreamReader Create(WaveHeader header, Stream stream, string name, string? file, ChannelSelection channels, bool leaveOpen)
    {
        if (header.Format is not { } format)
        {
            throw new AudioFormatException(
                $"{name}: the fmt chunk's {header.Codec} is not supported; PCM of 8 to 32 bits, floats, µ-law and A-law are. "
                + "AudioSource.FromFile reads the file with ffmpeg.",
                file);
        }

        if (channels.Channel >= header.Channels)
        {
            throw new AudioFormatException(
                $"{name}: channel {channels.Channel} is asked for, and the fmt chunk says {header.Channels} channel(s), counted from 0.", file);
        }

        return new SampleStreamReader(name, stream, new SampleLayout(format, header.SampleRate, header.Channels), channels, header.DataBytes, leaveOpen);
    }

    // unbuffered: the reader has its own buffer
    private static FileStream OpenFile(string path) => new(path, new FileStreamOptions
    {
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });
}
