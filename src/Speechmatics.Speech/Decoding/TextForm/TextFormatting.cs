namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>How the words of finals are written. Partials always stay as they were said.</summary>
public enum TextFormatting
{
    /// <summary>As the model writes them: the first pass as they were said, the second pass with punctuation, capitals and some figures.</summary>
    None,

    /// <summary>English as it is written: capitals, numbers, times, dates and money in figures; <see cref="RecognizedWord.SpokenForm"/> keeps what was said and <see cref="RecognizedWord.Tags"/> marks fillers and profanity.</summary>
    Written,
}
