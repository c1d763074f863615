namespace Speechmatics.Speech.Decoding;

/// <summary>Recognises a decoder that repeats itself.</summary>
internal static class TokenLoop
{
    /// <summary>The longest group of tokens that is looked for.</summary>
    public const int MaxGroup = 8;

    /// <summary>How often in a row a group must come.</summary>
    public const int Times = 4;

    /// <summary>Whether <paramref name="tokens"/> end in a group of up to <see cref="MaxGroup"/> tokens that came <see cref="Times"/> times running.</summary>
    public static bool EndsInLoop(ReadOnlySpan<int> tokens)
    {
        for (var group = 1; group <= MaxGroup && group * Times <= tokens.Length; group++)
        {
            // the last Times groups are equal when all but the first of them equal what lies one group before
            var repeated = tokens[^(group * (Times - 1))..];
            if (repeated.SequenceEqual(tokens.Slice(tokens.Length - (group * Times), repeated.Length))) return true;
        }

        return false;
    }
}
