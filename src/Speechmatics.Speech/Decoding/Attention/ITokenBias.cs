namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Raises the logits of tokens that would begin or continue a phrase of a custom vocabulary. Immutable and thread-safe; the decoder keeps one state for each row, a number
/// that only the bias understands.
/// </summary>
internal interface ITokenBias
{
    /// <summary>The state before the first token.</summary>
    int Start { get; }

    /// <summary>What to add to which logits in this state; tokens that are not listed get nothing. A token stands in the list at most once.</summary>
    ReadOnlySpan<TokenBonus> Bonuses(int state);

    /// <summary>The state after <paramref name="token"/>.</summary>
    int Next(int state, int token);
}
