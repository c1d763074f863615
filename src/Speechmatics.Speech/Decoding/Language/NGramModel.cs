using System.Numerics.Tensors;

namespace Speechmatics.Speech.Decoding.Language;

/// <summary>
/// A back-off n-gram language model over the acoustic model's tokens, as an automaton: a state is a context, an int that a decoder carries for each hypothesis.
/// Immutable; queries allocate nothing and may run on any number of threads at once. Logarithms are natural.
/// </summary>
internal sealed class NGramModel
{
    private const int Root = 0;

    private readonly int[] _firstArcs;
    private readonly int[] _shorter;
    private readonly float[] _backoffs;
    private readonly ushort[] _arcTokens;
    private readonly float[] _arcLogProbabilities;
    private readonly int[] _arcStates;
    private readonly float[] _rootLogProbabilities;
    private readonly int[] _rootStates;

    public NGramModel(NGramTrie trie)
    {
        TokenCount = trie.TokenCount;
        BlankId = trie.BlankId;
        Order = trie.Order;

        // a context without children always backs off at no cost, so only nodes with children are states
        var levels = trie.Levels;
        var stateOf = new int[levels.Length][];
        var states = 1;
        var arcs = 0;
        for (var n = 0; n < levels.Length; n++)
        {
            stateOf[n] = new int[levels[n].Count];
            for (var i = 0; i < levels[n].Count; i++)
                stateOf[n][i] = levels[n].FirstChildren[i + 1] > levels[n].FirstChildren[i] ? states++ : -1;
            if (n > 0) arcs += levels[n].Count;
        }

        _firstArcs = new int[states + 1];
        _shorter = new int[states];
        _backoffs = new float[states];
        _arcTokens = new ushort[arcs];
        _arcLogProbabilities = new float[arcs];
        _arcStates = new int[arcs];

        // the root's arcs are dense: token, then the sentence's start and end
        _rootLogProbabilities = new float[TokenCount + 2];
        _rootLogProbabilities.AsSpan().Fill(NGramTrie.Never);
        _rootStates = new int[TokenCount + 2];
        for (var i = 0; i < levels[0].Count; i++)
        {
            var token = levels[0].Tokens[i];
            _rootLogProbabilities[token] = levels[0].LogProbabilities[i];
            var state = stateOf[0][i];
            if (state > 0)
            {
                _rootStates[token] = state;
                _backoffs[state] = levels[0].Backoffs[i];
            }
        }

        if (BlankId >= 0) _rootLogProbabilities[BlankId] = 0;
        StartState = _rootStates[TokenCount];

        // states are numbered level by level, so every shorter context is finished before it is needed
        var arc = 0;
        for (var n = 0; n + 1 < levels.Length; n++)
        {
            var children = levels[n + 1];
            for (var i = 0; i < levels[n].Count; i++)
            {
                var state = stateOf[n][i];
                if (state < 0) continue;
                _firstArcs[state] = arc;
                for (var child = levels[n].FirstChildren[i]; child < levels[n].FirstChildren[i + 1]; child++, arc++)
                {
                    _arcTokens[arc] = children.Tokens[child];
                    _arcLogProbabilities[arc] = children.LogProbabilities[child];
                    var suffix = StateAfter(_shorter[state], children.Tokens[child]);
                    var own = stateOf[n + 1][child];
                    _arcStates[arc] = own < 0 ? suffix : own;
                    if (own < 0) continue;
                    _shorter[own] = suffix;
                    _backoffs[own] = children.Backoffs[child];
                }

                _firstArcs[state + 1] = arc;
            }
        }

        ReturnToStart(StartState);
    }

    /// <summary>The acoustic model's tokens, blank included.</summary>
    public int TokenCount { get; }

    /// <summary>The token that the model says nothing about, or -1.</summary>
    public int BlankId { get; }

    public int Order { get; }

    /// <summary>The context at the beginning of a sentence.</summary>
    public int StartState { get; }

    /// <summary>The empty context.</summary>
    public int EmptyState => Root;

    public int StateCount => _backoffs.Length;

    public int ArcCount => _arcTokens.Length;

    /// <summary>Logarithm of the probability of a token, not blank, after a context; <paramref name="nextState"/> is the context after it.</summary>
    public float Score(int state, int token, out int nextState)
    {
        var backoff = 0f;
        while (state != Root)
        {
            var arc = FindArc(state, token);
            if (arc >= 0)
            {
                nextState = _arcStates[arc];
                return backoff + _arcLogProbabilities[arc];
            }

            backoff += _backoffs[state];
            state = _shorter[state];
        }

        nextState = _rootStates[token];
        return backoff + _rootLogProbabilities[token];
    }

    /// <summary>Logarithm of the probability that the sentence ends here.</summary>
    public float ScoreEnd(int state) => Score(state, TokenCount + 1, out _);

    /// <summary>
    /// Writes the logarithms of all tokens' probabilities after a context to the first <see cref="TokenCount"/> places. Blank gets 0, so that the scores can be added
    /// to a row of logits as they are.
    /// </summary>
    public void ScoreAll(int state, Span<float> destination)
    {
        destination = destination[..TokenCount];
        Span<int> chain = stackalloc int[8];
        Span<float> backoffs = stackalloc float[8];
        var (length, backoff) = (0, 0f);
        for (; state != Root; state = _shorter[state], length++)
        {
            (chain[length], backoffs[length]) = (state, backoff);
            backoff += _backoffs[state];
        }

        TensorPrimitives.Add(_rootLogProbabilities.AsSpan(0, TokenCount), backoff, destination);

        // longer contexts know better, so they write last
        while (--length >= 0)
        {
            var (from, to) = (_firstArcs[chain[length]], _firstArcs[chain[length] + 1]);
            var tokens = _arcTokens.AsSpan(from, to - from);
            var logs = _arcLogProbabilities.AsSpan(from, to - from);
            backoff = backoffs[length];
            for (var i = 0; i < tokens.Length && i < logs.Length; i++)
            {
                // the sentence's end sorts last and is no token
                if ((uint)tokens[i] < (uint)destination.Length) destination[tokens[i]] = logs[i] + backoff;
            }
        }

        if (BlankId >= 0) destination[BlankId] = 0;
    }

    private int FindArc(int state, int token)
    {
        var from = _firstArcs[state];
        var index = _arcTokens.AsSpan(from, _firstArcs[state + 1] - from).BinarySearch((ushort)token);
        return index < 0 ? -1 : from + index;
    }

    private int StateAfter(int state, int token)
    {
        while (state != Root)
        {
            var arc = FindArc(state, token);
            if (arc >= 0) return _arcStates[arc];
            state = _shorter[state];
        }

        return _rootStates[token];
    }

    // after a sentence's end comes the next one's start
    private void ReturnToStart(int start)
    {
        _rootStates[TokenCount + 1] = start;
        for (var arc = 0; arc < _arcTokens.Length; arc++)
            if (_arcTokens[arc] == TokenCount + 1) _arcStates[arc] = start;
    }
}
