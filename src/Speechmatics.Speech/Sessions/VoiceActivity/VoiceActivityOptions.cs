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

    /// <summary>
    /// Silence, as the voice activity model hears it, that ends an utterance; beside <see cref="SessionOptions.EndpointSilence"/>, which is measured from the last word: whichever comes first. The way to answer a speaker soon, since the
    /// model hears silence more surely than a pause between words tells it.
    /// </summary>
    /// <value>At least 100 ms; <see cref="Timeout.InfiniteTimeSpan"/> (default) switches it off.</value>
    public TimeSpan EndpointSilence { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Words are suppressed where no window from 0.4 s before them to their last piece reaches this probability: text on silence and noise. A <see cref="SessionNoticeKind.WordsSuppressed"/> notice says which. In
    /// enhanced sessions, whose second pass has its own guard, this goes for the first pass's words.
    /// </summary>
    /// <value>0 (never) to 1; default 0.04: under every word on 193 test recordings it is above, under the words that were heard in kitchen noise it is 0.</value>
    public float WordThreshold { get; set; } = 0.04f;

    /// <summary>
    /// Speech without a single word that is enough to be decoded again, from fresh state and raised to an ordinary level: a streaming encoder sometimes falls silent, above all when a soft voice follows a loud one. Words
    /// found go out as finals in their place, with a <see cref="SessionNoticeKind.BlankSpanRescued"/> notice; finals behind them wait for that, at most for the session's <see cref="SessionOptions.MaxDelay"/>. In enhanced
    /// sessions the second pass reads the stretch.
    /// </summary>
    /// <value>1 to 10 s; default 2 s; <see cref="Timeout.InfiniteTimeSpan"/> switches it off.</value>
    public TimeSpan RescueAfter { get; set; } = TimeSpan.FromSeconds(2);

    internal VoiceActivityOptions Clone() => (VoiceActivityOptions)MemberwiseClone();

    internal void Validate()
    {
        if (!(Threshold > 0 && Threshold <= 1)) throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "More than 0, at most 1.");
        if (!(EndThreshold > 0 && EndThreshold < Threshold)) throw new ArgumentOutOfRangeException(nameof(EndThreshold), EndThreshold, $"More than 0, less than {nameof(Threshold)}.");
        if (EndpointSilence != Timeout.InfiniteTimeSpan && EndpointSilence < TimeSpan.FromMilliseconds(100))
            throw new ArgumentOutOfRangeException(nameof(EndpointSilence), EndpointSilence, "At least 100 ms, or Timeout.InfiniteTimeSpan for none.");
        if (RescueAfter != Timeout.InfiniteTimeSpan && (RescueAfter < TimeSpan.FromSeconds(1) || RescueAfter > TimeSpan.FromSeconds(BlankSpanFinder.LongestSeconds)))
            throw new ArgumentOutOfRangeException(nameof(RescueAfter), RescueAfter, $"1 to {BlankSpanFinder.LongestSeconds} s, or Timeout.InfiniteTimeSpan for never.");
        if (WordThreshold is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(WordThreshold), WordThreshold, "0 to 1.");
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
        writer.Write(EndpointSilence.Ticks);
        writer.Write(WordThreshold);
        writer.Write(RescueAfter.Ticks);
    }

    internal static VoiceActivityOptions Load(BinaryReader reader) => new()
    {
        Threshold = reader.ReadSingle(),
        EndThreshold = reader.ReadSingle(),
        MinSpeech = TimeSpan.FromTicks(reader.ReadInt64()),
        MinSilence = TimeSpan.FromTicks(reader.ReadInt64()),
        Padding = TimeSpan.FromTicks(reader.ReadInt64()),
        EndpointSilence = TimeSpan.FromTicks(reader.ReadInt64()),
        WordThreshold = reader.ReadSingle(),
        RescueAfter = TimeSpan.FromTicks(reader.ReadInt64()),
    };

    private static void ValidateDuration(TimeSpan value, double most, string name)
    {
        if (value < TimeSpan.Zero || value > TimeSpan.FromSeconds(most)) throw new ArgumentOutOfRangeException(name, value, $"0 to {most} s.");
    }
}
