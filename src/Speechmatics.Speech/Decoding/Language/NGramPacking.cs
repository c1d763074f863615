using System.Numerics;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>Packs the tokens of an n-gram into one 64-bit key, first token highest, so that keys of one length sort as their tokens do.</summary>
internal readonly struct NGramPacking
{
    private readonly int _bits;

    public NGramPacking(int tokenCount, int order)
    {
        TokenCount = tokenCount;
        _bits = 64 - BitOperations.LeadingZeroCount((ulong)(tokenCount + 1));
        if (order < 1 || order * _bits > 64 || _bits > 16)
            throw new ArgumentOutOfRangeException(nameof(order), order, $"For {tokenCount} tokens the order must lie between 1 and {(_bits > 16 ? 0 : 64 / _bits)}.");
    }

    public int TokenCount { get; }

    public int Start => TokenCount;

    public int End => TokenCount + 1;

    public ulong Append(ulong key, int token) => (key << _bits) | (uint)token;

    public int Last(ulong key) => (int)(key & ((1UL << _bits) - 1));

    public int First(ulong key, int order) => (int)(key >> (_bits * (order - 1)));

    /// <summary>All tokens but the last.</summary>
    public ulong Context(ulong key) => key >> _bits;

    /// <summary>The last <paramref name="order"/> tokens.</summary>
    public ulong Suffix(ulong key, int order) => order * _bits >= 64 ? key : key & ((1UL << (_bits * order)) - 1);

    /// <summary>The top bits of an n-gram's key that a lookup directory of 2^<paramref name="width"/> entries is indexed by.</summary>
    public int DirectoryShift(int order, int width) => Math.Max(0, (_bits * order) - width);
}
