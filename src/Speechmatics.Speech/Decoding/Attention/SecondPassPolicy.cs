namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Tells readings that can be trusted from those that cannot. With little padding the model sometimes repeats itself without end, and on noise it invents a sentence;
/// both are read again with the full padding, and if that does not help, the first pass's words stand.
/// </summary>
internal sealed record SecondPassPolicy
{
    public static SecondPassPolicy Default { get; } = new();

    /// <summary>Tokens that an utterance of any length may have.</summary>
    public int BaseTokens { get; init; } = 4;

    /// <summary>Further tokens for each second of the utterance without padding.</summary>
    public int TokensPerSecond { get; init; } = 9;

    /// <summary>The least mean log-probability (natural logarithm) of a reading that is believed.</summary>
    public float MinMeanLogProbability { get; init; } = -1.5f;

    /// <summary>
    /// With at least this probability of no speech a reading must also reach <see cref="MinMeanLogProbabilityOfNoSpeech"/>. Measured with the default model: at most 0.33 on
    /// 193 clips of speech, at least 0.52 on 632 pieces of silence, hum, noise, tones, chords and a kitchen.
    /// </summary>
    public float NoSpeechProbability { get; init; } = 0.4f;

    /// <summary>
    /// The least mean log-probability of a reading that is believed although the model says that there is no speech: on silence it writes "you" with up to -0.39, on
    /// noise a sentence with up to -0.5.
    /// </summary>
    public float MinMeanLogProbabilityOfNoSpeech { get; init; } = -0.3f;

    /// <summary>First-pass words from which on the first pass is a witness: it errs in what was said, but hardly in how much.</summary>
    public int MinFirstPassWords { get; init; } = 4;

    /// <summary>A reading with less or more than these shares of the first pass's words is read again: it stopped early or says everything twice.</summary>
    public (double Least, double Most) DoubtfulWordShare { get; init; } = (0.5, 1.6);

    /// <summary>With full padding, a reading beyond these shares is not believed.</summary>
    public (double Least, double Most) ImplausibleWordShare { get; init; } = (0.25, 3);

    /// <summary>Tokens an utterance of <paramref name="samples"/> samples at <paramref name="sampleRate"/> may have.</summary>
    public int MaxTokens(int samples, int sampleRate) => BaseTokens + (int)((long)TokensPerSecond * samples / sampleRate);

    /// <summary>Judges a reading.</summary>
    /// <param name="reading">What the decoder read.</param>
    /// <param name="fullyPadded">Whether it was read with the full padding, so that reading it once more would change nothing.</param>
    /// <param name="words">Words in the reading.</param>
    /// <param name="firstPassWords">Words the first pass heard; 0 where it is not known.</param>
    public SecondPassVerdict Judge(AttentionHypothesis reading, bool fullyPadded, int words, int firstPassWords)
    {
        var again = fullyPadded ? SecondPassDecision.Reject : SecondPassDecision.RetryWithFullPadding;
        if (reading.NoSpeechProbability >= NoSpeechProbability && !(reading.MeanLogProbability >= MinMeanLogProbabilityOfNoSpeech))
            return new(SecondPassDecision.Accept, SecondPassReason.NoSpeech);
        if (reading.Stop == AttentionStop.Loop) return new(again, SecondPassReason.Loop);
        if (reading.Stop is AttentionStop.TooManyTokens or AttentionStop.ContextFull) return new(again, SecondPassReason.TooManyTokens);

        // written so that a value that is no number does not pass
        if (!(reading.MeanLogProbability >= MinMeanLogProbability)) return new(again, SecondPassReason.LowProbability);
        if (firstPassWords >= MinFirstPassWords)
        {
            var (least, most) = fullyPadded ? ImplausibleWordShare : DoubtfulWordShare;
            if (words < least * firstPassWords) return new(again, SecondPassReason.TooFewWords);
            if (words > most * firstPassWords) return new(again, SecondPassReason.TooManyWords);
        }

        return new(SecondPassDecision.Accept, reading.Tokens.IsEmpty ? SecondPassReason.Empty : SecondPassReason.Plausible);
    }
}
