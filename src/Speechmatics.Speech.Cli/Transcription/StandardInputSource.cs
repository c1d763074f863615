using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>Standard input: a WAV stream where it begins as one, else raw samples. To take a header for samples would be heard as noise, or be words at a wrong speed.</summary>
internal sealed class StandardInputSource(AudioInput input, ChannelSelection channels) : AudioSource
{
    private const int HeaderBytes = 12;

    public override async ValueTask<AudioReader> OpenAsync(CancellationToken cancellationToken = default)
    {
        var stream = input.Samples!;
        if (!input.MayBeWave)
            return await Raw(stream).OpenAsync(cancellationToken).ConfigureAwait(false);

        var header = new byte[HeaderBytes];
        var count = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var whole = new PrefixedStream(header.AsMemory(0, count), stream);
        var source = IsWave(header) ? FromWaveStream(whole, channels, leaveOpen: true) : Raw(whole);
        return await source.OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    private static bool IsWave(ReadOnlySpan<byte> header) =>
        header[8..].SequenceEqual("WAVE"u8) && (header[..4].SequenceEqual("RIFF"u8) || header[..4].SequenceEqual("RF64"u8) || header[..4].SequenceEqual("BW64"u8));

    private AudioSource Raw(Stream stream) => FromStream(stream, new AudioFormat(input.Encoding, input.SampleRate), leaveOpen: true);
}
