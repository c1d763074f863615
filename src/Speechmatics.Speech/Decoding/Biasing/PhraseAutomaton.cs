using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding.Language;

namespace Speechmatics.Speech.Decoding.Biasing;

/// <summary>
/// An Aho-Corasick automaton over tokens that pays a bonus for each token along a phrase, takes it back when the match breaks and leaves it, in beams less <see cref="LoanNats"/>, when the phrase completes.
/// A state is an int that a decoder carries for each hypothesis. Immutable; steps allocate nothing and are safe for any number of threads.
/// </summary>
/// <remarks>
/// <para>What stays paid at the end is the bonus of the leftmost, then longest, phrases that do not overlap: a text is scanned from left to right, the first phrase to begin wins over ones that
/// begin inside it, and of several that begin together the longest. A phrase counts only as whole words: it begins with a word-start piece, and its match holds only once
/// the next token starts a word or the hypothesis ends (<see cref="Finish"/>). So "cat" earns nothing within "category", whose first pieces may be the same.</para>
/// <para>Phrases that begin alike share their first tokens, which pay the largest weight among them.</para>
/// <para>How: each state is a node of the phrases' trie, and a hypothesis in it has been paid for the whole path. When the path breaks, the fallback node's path and what the text left behind
/// has earned for certain are paid instead. A step returns the difference.</para>
/// </remarks>
internal sealed class PhraseAutomaton
{
    /// <summary>No phrase has begun.</summary>
    public const int Root = 0;

    /// <summary>
    /// Nats of a phrase's bonus that were only lent to it: they keep it among the hypotheses while it is under way and are given back when it completes, at most all of the bonus. So long phrases, which chance seldom
    /// makes, keep more for each token than short ones. On the tuning clips at 1.6 nats a token, words heard that nobody said fall from 11 to 3 in 3470, and rare words heard from 23 to 19 of 52.
    /// </summary>
    public const float LoanNats = 3;

    private readonly float[] _wordStart;
    private readonly int[] _rootChildren;
    private readonly float[] _rootBonus;
    private readonly int[] _startTokens;

    // by node
    private readonly float[] _paid;
    private readonly int[] _phrase;
    private readonly int[] _fall;
    private readonly float[] _fallKept;
    private readonly float[] _finish;
    private readonly int[] _firstChild;
    private readonly int[] _firstActive;

    private readonly int[] _childTokens;
    private readonly int[] _childNodes;
    private readonly int[] _active;

    /// <param name="encoder">The model's pieces.</param>
    /// <param name="spellings">The phrases.</param>
    /// <param name="lends">Whether part of the bonus is only lent: for beams. Greedy decoding takes nothing back that it has emitted.</param>
    public PhraseAutomaton(PieceEncoder encoder, IReadOnlyList<PhraseSpelling> spellings, bool lends = true)
        : this(encoder.Pieces.Length, encoder.StartsWord, spellings, lends)
    {
    }

    /// <param name="tokenCount">Tokens of the model.</param>
    /// <param name="startsWord">Whether a token cannot continue a word: it starts one, or ends the text.</param>
    /// <param name="spellings">The phrases in tokens.</param>
    /// <param name="lends">See <see cref="Lends"/>.</param>
    public PhraseAutomaton(int tokenCount, Func<int, bool> startsWord, IReadOnlyList<PhraseSpelling> spellings, bool lends)
    {
        Lends = lends;
        _wordStart = new float[tokenCount];
        for (var token = 0; token < tokenCount; token++) _wordStart[token] = startsWord(token) ? 1 : 0;

        var trie = BuildTrie(spellings);
        var nodes = trie.Count;
        (_paid, _phrase, _fall, _fallKept, _finish) = (new float[nodes], new int[nodes], new int[nodes], new float[nodes], new float[nodes]);
        (_firstChild, _firstActive) = (new int[nodes + 1], new int[nodes + 1]);
        _rootChildren = new int[tokenCount];
        _rootBonus = new float[tokenCount];

        // nodes by depth, so that a node's fallback, which is never as deep, is finished before it
        var order = new List<TrieNode> { trie[0] };
        for (var i = 0; i < order.Count; i++)
        {
            order[i].Index = i;
            order.AddRange(order[i].Children.Values);
        }

        var childTokens = new List<int>(nodes);
        var childNodes = new List<int>(nodes);
        foreach (var node in order)
        {
            _phrase[node.Index] = node.Phrase;
            _paid[node.Index] = Paid(node);
            foreach (var (token, child) in node.Children)
            {
                childTokens.Add(token);
                childNodes.Add(child.Index);
                if (node.Parent is null) (_rootChildren[token], _rootBonus[token]) = (child.Index, Paid(child));
            }

            _firstChild[node.Index + 1] = childTokens.Count;
        }

        (_childTokens, _childNodes) = ([.. childTokens], [.. childNodes]);
        _startTokens = [.. trie[0].Children.Keys];

        var active = new List<int>();
        foreach (var node in order)
        {
            Connect(node);
            CollectActive(node.Index, active);
            _firstActive[node.Index + 1] = active.Count;
        }

        _active = [.. active];
    }

    /// <summary>Whether <see cref="LoanNats"/> of a complete phrase are taken back.</summary>
    public bool Lends { get; }

    /// <summary>The state of a hypothesis without tokens.</summary>
    public int Start => Root;

    public int StateCount => _paid.Length;

    /// <summary>Tokens that begin a phrase: what earns a bonus in <see cref="Start"/>.</summary>
    public ReadOnlySpan<int> StartTokens => _startTokens;

    /// <summary>
    /// Tokens, in ascending order, that continue a phrase under way. All others, but for <see cref="StartTokens"/>, score alike if they start a word, and alike if they do not.
    /// Empty in <see cref="Start"/>.
    /// </summary>
    public ReadOnlySpan<int> ActiveTokens(int state) => _active.AsSpan(_firstActive[state], _firstActive[state + 1] - _firstActive[state]);

    /// <summary>The nats that a hypothesis in <paramref name="state"/> gains, or gives back, by a token that is not blank. Blank changes neither state nor score.</summary>
    public float Step(int state, int token, out int next)
    {
        var startsWord = _wordStart[token] != 0;
        var kept = 0f;
        for (var node = state; ; node = _fall[node])
        {
            var child = Child(node, token);
            if (child > 0 || node == Root)
            {
                next = Math.Max(child, Root);
                return kept + _paid[next] - _paid[state];
            }

            if (startsWord && _phrase[node] >= 0)
            {
                next = _rootChildren[token];
                return kept + _paid[node] + _paid[next] - _paid[state];
            }

            kept += _fallKept[node];
        }
    }

    /// <summary>The nats that a hypothesis gives back when <paramref name="token"/> continues no phrase and begins none, whatever the phrases: it is then in <see cref="Start"/>.</summary>
    public float Break(int state, int token) => Broken(state, _wordStart[token] != 0);

    /// <summary>The nats gained or given back when the hypothesis ends in <paramref name="state"/>. The next one begins in <see cref="Start"/>.</summary>
    public float Finish(int state) => _finish[state];

    /// <summary>Writes what <see cref="Step"/> would return for every token.</summary>
    public void ScoreAll(int state, Span<float> destination)
    {
        destination = destination[.._wordStart.Length];
        if (state == Root)
        {
            _rootBonus.CopyTo(destination);
            return;
        }

        var (ending, continuing) = (Broken(state, startsWord: true), Broken(state, startsWord: false));
        TensorPrimitives.MultiplyAdd(_wordStart, ending - continuing, _rootBonus, destination);
        TensorPrimitives.Add(destination, continuing, destination);
        foreach (var token in ActiveTokens(state)) destination[token] = Step(state, token, out _);
    }

    /// <summary>The phrases in a finished sequence of tokens, by the same rules, in order: for showing them as they are written.</summary>
    public void FindMatches(ReadOnlySpan<int> tokens, List<PhraseMatch> matches)
    {
        for (var start = 0; start < tokens.Length; start++)
        {
            var (node, longest, phrase) = (Root, 0, -1);
            for (var end = start; end < tokens.Length; end++)
            {
                node = Child(node, tokens[end]);
                if (node <= Root) break;
                if (_phrase[node] < 0 || (end + 1 < tokens.Length && _wordStart[tokens[end + 1]] == 0)) continue;
                (longest, phrase) = (end + 1 - start, _phrase[node]);
            }

            if (longest == 0) continue;
            matches.Add(new PhraseMatch(start, longest, phrase));
            start += longest - 1;
        }
    }

    private int Child(int node, int token)
    {
        if (node == Root) return _rootChildren[token];
        var from = _firstChild[node];
        var index = _childTokens.AsSpan(from, _firstChild[node + 1] - from).BinarySearch(token);
        return index < 0 ? -1 : _childNodes[from + index];
    }

    private float Paid(TrieNode node) => Lends && node.Phrase >= 0 ? Math.Max(0, node.PathBonus - LoanNats) : node.PathBonus;

    // what a token that continues no phrase gains
    private float Broken(int state, bool startsWord)
    {
        var kept = 0f;
        for (var node = state; node != Root; node = _fall[node])
        {
            if (startsWord && _phrase[node] >= 0) return kept + _paid[node] - _paid[state];
            kept += _fallKept[node];
        }

        return kept - _paid[state];
    }

    private void Connect(TrieNode node)
    {
        if (node.Parent is null) return;
        var (parent, index) = (node.Parent.Index, node.Index);
        if (parent == Root)
        {
            (_fall[index], _fallKept[index]) = (Root, 0);
        }
        else if (_phrase[parent] >= 0 && _wordStart[node.Token] != 0)
        {
            // the phrase that ends before this token is certain
            _fall[index] = _rootChildren[node.Token];
            _fallKept[index] = _paid[parent];
        }
        else
        {
            var delta = Step(_fall[parent], node.Token, out var fall);
            _fall[index] = fall;
            _fallKept[index] = _fallKept[parent] + delta - _paid[fall] + _paid[_fall[parent]];
        }

        _finish[index] = _phrase[index] >= 0 ? 0 : _fallKept[index] + _paid[_fall[index]] + _finish[_fall[index]] - _paid[index];
    }

    private void CollectActive(int state, List<int> active)
    {
        var tokens = new SortedSet<int>();
        for (var node = state; node != Root; node = _fall[node])
            for (var child = _firstChild[node]; child < _firstChild[node + 1]; child++) tokens.Add(_childTokens[child]);
        active.AddRange(tokens);
    }

    private static List<TrieNode> BuildTrie(IReadOnlyList<PhraseSpelling> spellings)
    {
        var nodes = new List<TrieNode> { new(null, -1) };
        foreach (var spelling in spellings)
        {
            var node = nodes[0];
            foreach (var token in spelling.Tokens)
            {
                if (!node.Children.TryGetValue(token, out var child))
                {
                    node.Children.Add(token, child = new TrieNode(node, token));
                    nodes.Add(child);
                }

                node = child;
                node.Bonus = Math.Max(node.Bonus, spelling.Weight);
            }

            // the first to claim a spelling keeps it
            if (node.Phrase < 0) node.Phrase = spelling.PhraseId;
        }

        return nodes;
    }

    private sealed class TrieNode(TrieNode? parent, int token)
    {
        public TrieNode? Parent => parent;

        public int Token => token;

        public SortedDictionary<int, TrieNode> Children { get; } = [];

        public float Bonus { get; set; }

        /// <summary>The bonus of the path from the root.</summary>
        public float PathBonus => parent is null ? 0 : parent.PathBonus + Bonus;

        public int Phrase { get; set; } = -1;

        public int Index { get; set; }
    }
}
