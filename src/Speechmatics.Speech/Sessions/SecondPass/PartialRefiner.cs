using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// The stable part of an unfinished utterance: the words on which two readings in a row agree (LocalAgreement-2, Macháček et al. 2023, arXiv 2307.14743). The first pass's words follow them. Not thread-safe.
/// </summary>
internal sealed class PartialRefiner
{
    private ImmutableArray<RecognizedWord> _stable = [];
    private ImmutableArray<RecognizedWord> _last = [];

    /// <summary>The number of the utterance under way.</summary>
    public int Utterance { get; private set; }

    /// <summary>The first pass's words of the utterance so far.</summary>
    public ImmutableArray<RecognizedWord> FirstPass { get; set; } = [];

    /// <summary>The utterance has ended.</summary>
    public void Reset()
    {
        Utterance++;
        (_stable, _last, FirstPass) = ([], [], []);
    }

    /// <summary>Takes a reading; returns whether more words are stable now. Words once stable stay as they are until the final.</summary>
    public bool Agree(ImmutableArray<RecognizedWord> reading)
    {
        // the last word of a reading was cut off by its end
        var agreed = 0;
        while (agreed < Math.Min(reading.Length, _last.Length) - 1 && Alike(reading[agreed].Text, _last[agreed].Text)) agreed++;
        _last = reading;
        if (agreed <= _stable.Length) return false;
        _stable = [.. _stable, .. reading[_stable.Length..agreed]];
        return true;
    }

    /// <summary>The stable words and, after them, those first-pass words that lie behind them.</summary>
    public (ImmutableArray<RecognizedWord> Words, int StableWords) Compose(ImmutableArray<RecognizedWord> firstPass)
    {
        if (_stable.IsEmpty) return (firstPass, 0);
        var end = _stable[^1].End;
        return ([.. _stable, .. firstPass.Where(word => word.Start + ((word.End - word.Start) / 2) >= end)], _stable.Length);
    }

    public void Save(BinaryWriter writer)
    {
        SavedWords.Save(writer, _stable);
        SavedWords.Save(writer, _last);
        SavedWords.Save(writer, FirstPass);
    }

    public void Load(BinaryReader reader) => (_stable, _last, FirstPass) = (SavedWords.Load(reader), SavedWords.Load(reader), SavedWords.Load(reader));

    // a comma or a capital more is no disagreement about the word
    private static bool Alike(string one, string other) =>
        one.AsSpan().Trim(".,?!;:\"").Equals(other.AsSpan().Trim(".,?!;:\""), StringComparison.OrdinalIgnoreCase);
}
