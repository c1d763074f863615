namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>What <see cref="EnglishFormatter"/> does to the words of a final.</summary>
internal sealed record EnglishFormatterOptions
{
    /// <summary>Capitals at the beginning of an utterance, for "I", weekdays and months. Default true.</summary>
    public bool Capitalise { get; init; } = true;

    /// <summary>Numbers, times, dates and money in figures. Default true.</summary>
    public bool WriteNumbers { get; init; } = true;

    /// <summary>Shows only the first letter of what is tagged <see cref="WordTags.Profanity"/>. Default false.</summary>
    public bool MaskProfanity { get; init; }
}
