namespace Speechmatics.Speech.Audio;

/// <summary>Which channels of the audio are heard. The default value is <see cref="Mix"/>.</summary>
public readonly record struct ChannelSelection
{
    // one more than the channel, so that the default value means the mix
    private readonly int _number;

    private ChannelSelection(int number) => _number = number;

    /// <summary>The average of all channels.</summary>
    public static ChannelSelection Mix => default;

    /// <summary>The one channel that is heard, counted from 0, or null for the average of all.</summary>
    public int? Channel => _number == 0 ? null : _number - 1;

    /// <summary>One channel alone: for a call recorded with a party on each channel.</summary>
    /// <param name="index">The channel, counted from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative or above 63.</exception>
    public static ChannelSelection Only(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, AudioFormat.MaxChannels);
        return new ChannelSelection(index + 1);
    }

    /// <summary>"mix", or "channel" and its number.</summary>
    public override string ToString() => _number == 0 ? "mix" : $"channel {_number - 1}";
}
