namespace Speechmatics.Speech.Decoding.Beam;

/// <summary>
/// The tokens of a session's hypotheses as a tree: what they share is stored once. Nodes are counted by their users (children and hypotheses) and freed with the last; the root moves up as tokens become certain,
/// so the size follows what is uncertain, not the utterance. Not thread-safe.
/// </summary>
internal sealed class PrefixTree
{
    private Node[] _nodes = new Node[16];
    private int _free = -1;
    private int _used;

    public PrefixTree()
    {
        Clear();
    }

    /// <summary>The node that stands for all that is certain; its token is emitted already.</summary>
    public int Root { get; private set; }

    /// <summary>Nodes in use, the root included.</summary>
    public int Count { get; private set; }

    public EmittedToken Token(int node) => _nodes[node].Token;

    public int Parent(int node) => _nodes[node].Parent;

    /// <summary>Adds a node that nobody uses yet.</summary>
    public int Add(int parent, in EmittedToken token)
    {
        int node;
        if (_free >= 0)
        {
            node = _free;
            _free = _nodes[node].Parent;
        }
        else
        {
            if (_used == _nodes.Length) Array.Resize(ref _nodes, _used * 2);
            node = _used++;
        }

        _nodes[node] = new Node(token, parent);
        if (parent >= 0) _nodes[parent].Users++;
        Count++;
        return node;
    }

    /// <summary>Counts a hypothesis at a node.</summary>
    public void Use(int node) => _nodes[node].Users++;

    /// <summary>Takes a hypothesis from a node and frees what nobody needs any more.</summary>
    public void Release(int node)
    {
        _nodes[node].Users--;
        while (node != Root && _nodes[node].Users == 0)
        {
            var parent = _nodes[node].Parent;
            Free(node);
            _nodes[parent].Users--;
            node = parent;
        }
    }

    /// <summary>Whether <paramref name="node"/> is <paramref name="ancestor"/> or grew from it.</summary>
    public bool IsWithin(int node, int ancestor)
    {
        for (; node != ancestor; node = _nodes[node].Parent)
            if (node == Root) return false;
        return true;
    }

    /// <summary>Writes the tokens from after the root to <paramref name="node"/>.</summary>
    public void CopyPath(int node, TokenBuffer tokens)
    {
        var from = tokens.Count;
        for (; node != Root; node = _nodes[node].Parent) tokens.Add(_nodes[node].Token);
        tokens.Reverse(from);
    }

    /// <summary>Moves the root towards <paramref name="tip"/> as far as every hypothesis agrees, and emits the tokens passed.</summary>
    public void EmitAgreed(int tip, TokenBuffer tokens)
    {
        while (Root != tip && _nodes[Root].Users == 1)
        {
            var child = tip;
            while (_nodes[child].Parent != Root) child = _nodes[child].Parent;
            var root = Root;
            Root = child;
            Free(root);
            tokens.Add(_nodes[child].Token);
        }
    }

    /// <summary>Back to a root alone.</summary>
    public void Clear()
    {
        (_free, _used, Count) = (-1, 0, 0);
        Root = Add(-1, default);
    }

    private void Free(int node)
    {
        _nodes[node].Parent = _free;
        _free = node;
        Count--;
    }

    private struct Node(EmittedToken token, int parent)
    {
        public readonly EmittedToken Token = token;
        public int Parent = parent;
        public int Users;
    }
}
