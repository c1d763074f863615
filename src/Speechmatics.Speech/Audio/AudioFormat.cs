namespace Speechmatics.Speech.Audio;

/// <summary>What raw samples without a header look like. Channels are interleaved.</summary>
public sealed record AudioFormat
{
    internal const int MinSampleRate = 4000;
    internal const int MaxSampleRate = 192000;
    internal const int MaxChannels = 64;

    /// <summary>Creates a format.</summary>
    /// <param name="encoding">How one sample is written.</param>
    /// <param name="sampleRate">Samples a second for each channel, 4000 to 192000.</param>
    /// <param name="channels">Interleaved channels, 1 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public AudioFormat(AudioEncoding encoding, int sampleRate, int channels = 1)
    {
        if (!Enum.IsDefined(encoding)) throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not an audio encoding.");
        ThrowIfNotSampleRate(sampleRate, nameof(sampleRate));
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, MaxChannels);
        Encoding = encoding;
        SampleRate = sampleRate;
        Channels = channels;
    }

    /// <summary>How one sample is written.</summary>
    public AudioEncoding Encoding { get; }

    /// <summary>Samples a second for each channel, 4000 to 192000.</summary>
    public int SampleRate { get; }

    /// <summary>Interleaved channels, 1 to 64.</summary>
    public int Channels { get; }

    internal static void ThrowIfNotSampleRate(int sampleRate, string parameter)
    {
        if (sampleRate is < MinSampleRate or > MaxSampleRate)
            throw new ArgumentOutOfRangeException(parameter, sampleRate, $"A sample rate is {MinSampleRate} to {MaxSampleRate} samples a second.");
    }
}
