using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Follows several texts of one utterance side by side and takes the one with the best score for each token (length normalisation as in OpenAI's Whisper, decoding.py). The texts are the rows of one batch and share the
/// utterance's encoder output. A beam of 1 takes exactly the greedy steps. Owned by one thread; allocates only when a text is longer than any before.
/// </summary>
internal sealed class AttentionBeam(IAttentionNetwork network, AttentionVocabulary vocabulary)
{
    /// <summary>A text this much less likely than the best, in nats, is given up, so that nobody waits for its end.</summary>
    private const float Width = 4;

    private readonly TokenScores _scores = new(vocabulary);
    private readonly List<Node> _nodes = [];
    private readonly List<Text> _live = [];
    private readonly List<Text> _candidates = [];
    private readonly int[] _parents = new int[network.MaxRows];
    private long[] _tokens = new long[64];
    private int[] _path = new int[64];
    private Text _best;
    private Text _looping;
    private int _finished;

    /// <summary>Reads an utterance whose prompt the network has read in its only row.</summary>
    /// <param name="row">The utterance.</param>
    /// <param name="result">To fill.</param>
    /// <param name="beforeRun">Called before each run of the model.</param>
    public void Read(in AttentionRow row, AttentionHypothesis result, Action beforeRun)
    {
        _nodes.Clear();
        _live.Clear();
        _finished = 0;
        _live.Add(new Text(-1, 0, 0, PhraseAutomaton.Root));
        for (var length = 1; ; length++)
        {
            Extend(row, first: length == 1);
            Keep(row.BeamSize, length);
            if (_finished > 0 && (_live.Count == 0 || _finished >= row.BeamSize)) Complete(row, result, _best, AttentionStop.EndOfText, beforeRun);
            else if (_live.Count == 0) Complete(row, result, _looping, AttentionStop.Loop, beforeRun);
            else if (length > row.MaxTokens || vocabulary.Prompt.Length + length >= network.Layout.ContextTokens) Cut(row, result, length, beforeRun);
            else
            {
                beforeRun();
                for (var i = 0; i < _live.Count; i++) (_parents[i], _tokens[i]) = (_live[i].Row, _nodes[_live[i].Node].Token);
                network.Branch(_parents.AsSpan(0, _live.Count));
                network.Step(_tokens.AsSpan(0, _live.Count), 1);
                continue;
            }

            return;
        }
    }

    /// <summary>Lists the best continuations of each text, one more than the beam, since one of them may be the end.</summary>
    private void Extend(in AttentionRow row, bool first)
    {
        _candidates.Clear();
        for (var r = 0; r < _live.Count; r++)
        {
            var text = _live[r];
            var scores = _scores.Score(network.Logits(r), row.Phrases, text.Phrase, first);
            for (var i = 0; i <= row.BeamSize; i++)
            {
                var token = TensorPrimitives.IndexOfMax<float>(scores);
                var logProbability = _scores.LogProbability(scores, token);
                _candidates.Add(new Text(_nodes.Count, r, text.Score + scores[token], TokenScores.Next(row.Phrases, text.Phrase, token, logProbability)));
                _nodes.Add(new Node(text.Node, token, logProbability));
                scores[token] = float.NegativeInfinity;
            }
        }

        // equal scores by the order of the nodes, whatever the sorting does
        _candidates.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Node.CompareTo(b.Node));
    }

    /// <summary>Of the candidates, best first: those that end are finished, one that repeats itself takes its place in the beam with it to the grave, the others live on.</summary>
    private void Keep(int beam, int length)
    {
        _live.Clear();
        var places = 0;
        foreach (var candidate in _candidates)
        {
            if (places == beam || candidate.Score < _candidates[0].Score - Width) return;
            if (_nodes[candidate.Node].Token == vocabulary.EndOfText)
            {
                var finished = candidate with { Score = candidate.Score / length };
                if (_finished++ == 0 || finished.Score > _best.Score) _best = finished;
                continue;
            }

            if (!EndsInLoop(candidate.Node)) _live.Add(candidate);
            else if (places == 0) _looping = candidate;
            places++;
        }
    }

    private bool EndsInLoop(int node)
    {
        Span<int> tail = stackalloc int[TokenLoop.MaxGroup * TokenLoop.Times];
        var at = tail.Length;
        for (; node >= 0 && at > 0; node = _nodes[node].Parent) tail[--at] = _nodes[node].Token;
        return TokenLoop.EndsInLoop(tail[at..]);
    }

    /// <summary>No text may grow further: the best finished one is taken, or the best of all as it is.</summary>
    private void Cut(in AttentionRow row, AttentionHypothesis result, int length, Action beforeRun)
    {
        if (_finished > 0) Complete(row, result, _best, AttentionStop.EndOfText, beforeRun);
        else Complete(row, result, _live[0], length > row.MaxTokens ? AttentionStop.TooManyTokens : AttentionStop.ContextFull, beforeRun);
    }

    /// <summary>Writes a text out. Its alignment comes from one more run over the whole of it, which costs less than keeping that of every text on the way.</summary>
    private void Complete(in AttentionRow row, AttentionHypothesis result, Text text, AttentionStop stop, Action beforeRun)
    {
        var prompt = vocabulary.Prompt.AsSpan();
        var count = 0;
        for (var node = text.Node; node >= 0; node = _nodes[node].Parent)
        {
            if (_path.Length == count) Array.Resize(ref _path, 2 * count);
            _path[count++] = node;
        }

        var path = _path.AsSpan(0, count);
        path.Reverse();
        var inputs = prompt.Length + count - 1;
        if (row.AlignmentFrames > 0)
        {
            if (_tokens.Length < inputs) _tokens = new long[2 * inputs];
            for (var i = 0; i < inputs; i++) _tokens[i] = i < prompt.Length ? prompt[i] : _nodes[path[i - prompt.Length]].Token;
            beforeRun();
            network.Rewind();
            network.Step(_tokens.AsSpan(0, inputs), inputs);
        }

        for (var i = 0; i < count; i++)
        {
            for (var head = 0; row.AlignmentFrames > 0 && head < network.Layout.AlignmentHeads; head++)
                network.Alignment(0, head, prompt.Length - 1 + i)[..row.AlignmentFrames].CopyTo(result.NextAlignment(head));
            var (_, token, logProbability) = _nodes[path[i]];
            if (token == vocabulary.EndOfText) result.AddEnd(logProbability);
            else result.Add(token, logProbability);
        }

        result.Complete(stop);
    }

    /// <summary>A token of a text and, by its place in the list, the one before it; -1 for none.</summary>
    private readonly record struct Node(int Parent, int Token, float LogProbability);

    /// <summary>A text: its last node, the row of the batch it goes on from, the sum of its scores, its place in the custom vocabulary.</summary>
    private readonly record struct Text(int Node, int Row, float Score, int Phrase);
}
