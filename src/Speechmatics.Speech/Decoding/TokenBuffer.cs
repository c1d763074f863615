namespace Speechmatics.Speech.Decoding;

/// <summary>A session's newly emitted tokens: a list that grows to what a chunk needs and is then reused. Not thread-safe.</summary>
internal sealed class TokenBuffer
{
    private EmittedToken[] _tokens = [];

    public int Count { get; private set; }

    public ReadOnlySpan<EmittedToken> Tokens => _tokens.AsSpan(0, Count);

    public void Add(in EmittedToken token)
    {
        if (Count == _tokens.Length)
            Array.Resize(ref _tokens, Math.Max(16, Count * 2));
        _tokens[Count++] = token;
    }

    /// <summary>Moves all tokens by <paramref name="frames"/>, for streams that lost audio.</summary>
    public void Shift(long frames)
    {
        if (frames == 0) return;
        foreach (ref var token in _tokens.AsSpan(0, Count)) token = token with { StartFrame = token.StartFrame + frames };
    }

    /// <summary>Turns the tokens from <paramref name="start"/> on around.</summary>
    public void Reverse(int start) => _tokens.AsSpan(start, Count - start).Reverse();

    /// <summary>Empties the buffer and keeps its memory.</summary>
    public void Clear() => Count = 0;
}
