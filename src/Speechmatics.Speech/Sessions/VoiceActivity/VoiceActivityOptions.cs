namespace Speechmatics.Speech.Sessions;

/// <summary>How a session uses the pool's voice activity model (<see cref="SessionPoolOptions.VoiceActivityModel"/>). The defaults of the thresholds and of the least lengths are those of the Silero project.</summary>
public sealed class VoiceActivityOptions
{
    /// <summary>The probability from which on a window of 32 ms begins speech.</summary>
    /// <value>More than <see cref="EndThreshold"/>, at most 1; default 0.5.</value>
    public float Threshold { get; set; } = 0.5f;

    /// <summary>The probability below which a window may end speech. Between the two thresholds what was goes on.</summary>
    /// <value>More than 0, less than <see cref="Threshold"/>; default 0.35.</value>
    public float EndThreshold { get; set; } = 0.35f;

    /// <summary>Shorter speech is not told.</summary>
    /// <value>0 to 10 s; default 250 ms.</value>
    public TimeSpan MinSpeech { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Shorter silence does not end speech.</summary>
    /// <value>0 to 10 s; default 100 ms.</value>
    public TimeSpan MinSilence { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Added to speech on either side, since the model hears soft beginnings and ends late.</summary>
    /// <value>0 to 1 s; default 30 ms.</value>
    public TimeSpan Padding { get; set; } = TimeSpan.FromMilliseconds(30);

    internal VoiceActivityOptions Clone() => (VoiceActivityOptions)MemberwiseClone();

    internal void Validate()
    {
        if (!(Threshold > 0 && Threshold <= 1)) throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "More than 0, at most 1.");
        if (!(EndThreshold > 0 && EndThreshold < Threshold)) throw new ArgumentOutOfRangeException(nameof(EndThreshold), EndThreshold, $"More than 0, less than {nameof(Threshold)}.");
        ValidateDuration(MinSpeech, 10, nameof(MinSpeech));
        ValidateDuration(MinSilence, 10, nameof(MinSilence));
        ValidateDuration(Padding, 1, nameof(Padding));
    }

    internal void Save(BinaryWriter writer)
    {
        writer.Write(Threshold);
        writer.Write(EndThreshold);
        writer.Write(MinSpeech.Ticks);
        writer.Write(MinSilence.Ticks);
        writer.Write(Padding.Ticks);
    }

    internal static VoiceActivityOptions Load(BinaryReader reader) => new()
    {
        Threshold = reader.ReadSingle(),
        EndThreshold = reader.ReadSingle(),
        MinSpeech = TimeSpan.FromTicks(reader.ReadInt64()),
        MinSilence = TimeSpan.FromTicks(reader.ReadInt64()),
        Padding = TimeSpan.FromTicks(reader.ReadInt64()),
    };

    private static void ValidateDuration(TimeSpan value, double most, string name)
    {
        if (value < TimeSpan.Zero || value > TimeSpan.FromSeconds(most)) throw new ArgumentOutOfRangeException(name, value, $"0 to {most} s.");
    }
}
