using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>What a client asked for in StartRecognition, within the protocol's ranges.</summary>
internal sealed record RecognitionSettings
{
    public const double LeastMaxDelay = 0.7;
    public const double GreatestMaxDelay = 4;
    public const double GreatestEndOfUtteranceSilence = 2;

    /// <summary>Null for a file, whose header tells.</summary>
    public required AudioFormat? RawFormat { get; init; }

    public required string Language { get; init; }

    /// <summary>Whether finals come from the second pass.</summary>
    public required bool Enhanced { get; init; }

    /// <summary>Whether the beginning and the end of speech are told as audio events of type "speech".</summary>
    public required bool SpeechEvents { get; init; }

    /// <summary>Seconds.</summary>
    public required double MaxDelay { get; init; }

    public required bool Partials { get; init; }

    /// <summary>Seconds of silence after which EndOfUtterance is sent; zero for never.</summary>
    public required double EndOfUtteranceSilence { get; init; }

    /// <summary>Whether results carry a speaker label; it is always "UU", unknown.</summary>
    public required bool SpeakerLabels { get; init; }

    /// <summary>The punctuation marks that may be sent; null for all.</summary>
    public required IReadOnlySet<char>? PermittedMarks { get; init; }

    /// <summary>Whether numbers, dates and the like come as results of their own kind, with what was said.</summary>
    public required bool Entities { get; init; }

    /// <summary>Whether fillers are left out of finals.</summary>
    public required bool RemoveDisfluencies { get; init; }

    /// <summary>What is written in the place of some words, in order.</summary>
    public required IReadOnlyList<WordReplacement> Replacements { get; init; }

    public required IReadOnlyList<VocabularyEntry> Vocabulary { get; init; }

    /// <summary>What is said about the request before RecognitionStarted: the type and the reason of each Warning.</summary>
    public required IReadOnlyList<(string Type, string Reason)> Warnings { get; init; }

    /// <summary>A word after all replacements.</summary>
    public string Replace(string word)
    {
        foreach (var replacement in Replacements) word = replacement.Apply(word);
        return word;
    }
}
