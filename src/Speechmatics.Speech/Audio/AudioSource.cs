using System.IO.Pipelines;

namespace Speechmatics.Speech.Audio;

/// <summary>
/// Audio that can be opened and read: a file, a stream, a pipe or a sequence. Sources of files can be opened any number of times, also at
/// once; the others once. Nothing is opened or read before <see cref="OpenAsync"/>, and no source is ever held in memory as a whole.
/// Thread-safe.
/// </summary>
public abstract class AudioSource
{
    /// <summary>Opens the source and reads its header, if it has one.</summary>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <exception cref="AudioFormatException">The header is bad or unsupported, a channel is asked for that is not there, or ffmpeg is
    /// needed and missing or failed.</exception>
    /// <exception cref="InvalidOperationException">The source can be opened once, and has been.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public abstract ValueTask<AudioReader> OpenAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// A WAV file: RIFF, RF64 or BW64, with 8, 16, 24 or 32-bit integers, 32 or 64-bit floats, µ-law or A-law, 4000 to 192000 Hz, 1 to 64
    /// channels. Can be opened repeatedly.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">Which channels are heard; the average of all by default.</param>
    public static AudioSource FromWaveFile(string path, ChannelSelection channels = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new DelegateAudioSource(path, once: false, token => WaveReader.OpenFileAsync(path, channels, token));
    }

    /// <summary>
    /// A stream in any format of <see cref="FromWaveFile"/>. It need not be seekable: data of length 0 or 0xFFFFFFFF, as programs write
    /// that do not know it yet, are read to the stream's end. Can be opened once.
    /// </summary>
    /// <param name="stream">The stream, at the header's first byte.</param>
    /// <param name="channels">Which channels are heard; the average of all by default.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the reader is disposed or cannot be opened; false by default.</param>
    public static AudioSource FromWaveStream(Stream stream, ChannelSelection channels = default, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new DelegateAudioSource("The WAV stream", once: true, token => WaveReader.OpenStreamAsync(stream, channels, leaveOpen, token));
    }

    /// <summary>
    /// A file of any format: WAV is read directly, whatever its name, and all else (mp3, m4a, ogg, webm, flac, video, rare WAV codecs)
    /// through an <c>ffmpeg</c> process, which must be on the PATH. ffmpeg runs only while the reader is open, may read local files only,
    /// and takes the first audio track; damage that it steps over without a word gives no notice. Can be opened repeatedly.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">Which channels are heard; the average of all by default.</param>
    public static AudioSource FromFile(string path, ChannelSelection channels = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new DelegateAudioSource(path, once: false, async token =>
            await WaveReader.TryOpenFileAsync(path, channels, token).ConfigureAwait(false)
            ?? await FfmpegReader.OpenAsync(path, channels, cancellationToken: token).ConfigureAwait(false));
    }

    /// <summary>Raw samples without a header. Can be opened once.</summary>
    /// <param name="stream">The stream, at a frame's first byte; read to its end.</param>
    /// <param name="format">What the bytes mean.</param>
    /// <param name="channels">Which channels are heard; the average of all by default.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the reader is disposed; false by default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="format"/> does not have the chosen channel.</exception>
    public static AudioSource FromStream(Stream stream, AudioFormat format, ChannelSelection channels = default, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Raw("The audio stream", stream, format, channels, leaveOpen);
    }

    /// <summary>Raw samples without a header from a pipe. Can be opened once; the pipe is completed when the reader is disposed.</summary>
    /// <param name="pipe">The pipe, at a frame's first byte; read to its end.</param>
    /// <param name="format">What the bytes mean.</param>
    /// <param name="channels">Which channels are heard; the average of all by default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="format"/> does not have the chosen channel.</exception>
    public static AudioSource FromPipe(PipeReader pipe, AudioFormat format, ChannelSelection channels = default)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        return Raw("The audio pipe", pipe.AsStream(), format, channels, leaveOpen: false);
    }

    /// <summary>Mono floats in pieces of any size, such as a microphone library gives. Can be opened once.</summary>
    /// <param name="samples">The pieces, full scale at ±1. Each must stay as it is until the next one is asked for. Cancelling a read
    /// cancels the sequence.</param>
    /// <param name="sampleRate">Samples a second, 4000 to 192000.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sampleRate"/> is out of its range.</exception>
    public static AudioSource FromSamples(IAsyncEnumerable<ReadOnlyMemory<float>> samples, int sampleRate)
    {
        ArgumentNullException.ThrowIfNull(samples);
        AudioFormat.ThrowIfNotSampleRate(sampleRate, nameof(sampleRate));
        return new DelegateAudioSource("The sequence of samples", once: true, _ => new(new SequenceReader(samples, sampleRate)));
    }

    private static DelegateAudioSource Raw(string name, Stream stream, AudioFormat format, ChannelSelection channels, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (channels.Channel >= format.Channels)
            throw new ArgumentOutOfRangeException(nameof(channels), channels, $"The format has {format.Channels} channel(s), counted from 0.");
        var layout = new SampleLayout(SampleConversion.ToFormat(format.Encoding), format.SampleRate, format.Channels);
        return new DelegateAudioSource(name, once: true, _ => new(new SampleStreamReader(name, stream, layout, channels, dataBytes: null, leaveOpen)));
    }
}
