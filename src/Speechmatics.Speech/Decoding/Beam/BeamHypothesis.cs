using Speechmatics.Speech.Decoding.Fusion;

namespace Speechmatics.Speech.Decoding.Beam;

/// <summary>One transcript under way, and the best path through the frames that leads to it.</summary>
internal record struct BeamHypothesis
{
    /// <summary>Natural logarithm of the probability of all paths found for the transcript, fused scores included; counted from the last pause.</summary>
    public double Score;

    /// <summary>Tokens since the last pause.</summary>
    public int Length;

    /// <summary>The last token in the prefix tree.</summary>
    public int Node;

    /// <summary>The next encoder frame to decode.</summary>
    public long NextFrame;

    /// <summary>Tokens already emitted on <see cref="NextFrame"/>.</summary>
    public int SymbolsOnFrame;

    /// <summary>Where the last token ends.</summary>
    public long SpeechEnd;

    /// <summary>Hash of all tokens: with <see cref="NextFrame"/> it tells equal transcripts.</summary>
    public ulong Transcript;

    public FusionState Fusion;

    /// <summary>The hash after one more token.</summary>
    public static ulong Extend(ulong transcript, int token)
    {
        var hash = (transcript ^ ((ulong)token + 1)) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 29);
    }
}
