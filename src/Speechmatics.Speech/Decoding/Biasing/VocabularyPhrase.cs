using System.Collections.Immutable;

namespace Speechmatics.Speech.Decoding.Biasing;

/// <summary>A word or phrase that the recogniser should expect.</summary>
public sealed record VocabularyPhrase
{
    /// <summary>Creates a phrase.</summary>
    /// <param name="text">The phrase as transcripts shall show it, capitals included; matched without regard to them.</param>
    public VocabularyPhrase(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        Text = text.Trim();
    }

    /// <summary>The phrase as transcripts shall show it.</summary>
    public string Text { get; }

    /// <summary>
    /// How strongly each of the phrase's tokens is favoured, in nats added to its log-probability while the phrase is under way; once it is complete, beams leave it 3 nats less, at least none. 0 only replaces the spelling, 1 to 3 are usual, above 5 the phrase
    /// will be heard where it was not said. Null (the default) takes the vocabulary's <see cref="CustomVocabulary.DefaultWeight"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not between 0 and 20.</exception>
    public float? Weight
    {
        get;
        init
        {
            if (value is not (null or (>= 0 and <= 20))) throw new ArgumentOutOfRangeException(nameof(value), value, "A weight lies between 0 and 20.");
            field = value;
        }
    }

    /// <summary>
    /// Spellings in plain words of how the phrase is said, such as "en vidia" for NVIDIA; when one is recognised, <see cref="Text"/> is shown. Empty by default. Needed for
    /// phrases with characters that the model cannot write.
    /// </summary>
    public ImmutableArray<string> SoundsLike { get; init; } = [];
}
