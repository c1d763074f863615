namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>A word, number, date or the like as one writes it, and what was said.</summary>
internal sealed record WrittenWord
{
    /// <summary>What to show; may hold spaces ("June 3, 2024").</summary>
    public required string Text { get; init; }

    /// <summary>The words as recognised, separated by single spaces.</summary>
    public required string SpokenForm { get; init; }

    /// <summary>Where the first of the words begins.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>Where the last of the words ends.</summary>
    public required TimeSpan End { get; init; }

    /// <summary>The least confidence among the words.</summary>
    public required float Confidence { get; init; }

    public WordTags Tags { get; init; }
}
