using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding.Fusion;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding.Beam;

/// <summary>
/// Beam search of one session, frame by frame: all hypotheses on the earliest frame are extended by their best (token, duration) pairs, equal transcripts that reach the same frame become one with the sum of their
/// probabilities, and the best of all, those already on later frames included, are kept. With phrases as many again are kept by what they may yet earn, so that a phrase which has only begun takes no place from others. Tokens that all hypotheses share are emitted; memory follows what is uncertain. The result does not depend on where
/// chunks end. Not thread-safe; allocates nothing in steady state.
/// </summary>
/// <remarks>
/// In the manner of NeMo's batched "malsd" search for TDT and RNN-T (Grigoryan et al. 2025, arXiv 2506.00185), but in the order of frames, since live audio comes in that order. With a language
/// model of weight w, a token scores log p(token) + w (log(1 - p(blank)) + log p_lm(token) + c) and blank (1 + w) log p(blank): the model weighs words, and c, about what a token costs it on average, leaves the choice
/// between word and none where it was. A beam of 1 without them takes exactly the greedy decoder's steps. After a pause the best hypothesis wins, and so it does for tokens of a certain age.
/// </remarks>
internal sealed class BeamDecoderState : DecoderState
{
    /// <summary>Hypotheses this many nats below the best are dropped: on the test clips it saves a tenth of the rows over 14 nats and changes no error rate by more than 0.1.</summary>
    private const double PruneNats = 6;

    private readonly DecoderSettings _settings;
    private readonly int _blankId;
    private readonly int _contextTokens;
    private readonly double _prune;
    private readonly int _phrasePlaces;
    private readonly PrefixTree _tree = new();
    private BeamHypothesis[] _hypotheses;
    private BeamHypothesis[] _kept;
    private int[] _contexts;
    private int[] _keptContexts;
    private int _active;

    /// <param name="vocabulary">Tokens and rules.</param>
    /// <param name="settings">The beam's size, language model and phrases.</param>
    /// <param name="pruneNats">How far below the best a hypothesis may lie.</param>
    public BeamDecoderState(TransducerVocabulary vocabulary, DecoderSettings settings, double pruneNats = PruneNats)
    {
        _settings = settings;
        _blankId = vocabulary.BlankId;
        _contextTokens = vocabulary.ContextTokens;
        _prune = pruneNats;
        _phrasePlaces = settings.Fusion?.Phrases is null ? 0 : settings.BeamSize;
        var places = settings.BeamSize + _phrasePlaces;
        _hypotheses = new BeamHypothesis[places];
        _kept = new BeamHypothesis[places];
        _contexts = new int[places * _contextTokens];
        _keptContexts = new int[places * _contextTokens];
        Reset();
    }

    /// <summary>Hypotheses kept now.</summary>
    public int Count { get; private set; }

    /// <summary>Nodes of the prefix tree: the memory in use.</summary>
    public int TreeSize => _tree.Count;

    public override long NextFrame => _hypotheses[0].NextFrame;

    public override int JoinerRows => _active;

    public override ReadOnlySpan<int> Context(int row) => _contexts.AsSpan(row * _contextTokens, _contextTokens);

    /// <summary>The scores and the tokens, those already emitted left out, of all hypotheses with different transcripts, best first.</summary>
    public List<(double Score, EmittedToken[] Tokens)> Alternatives()
    {
        var alternatives = new List<(double Score, double Normalised, EmittedToken[] Tokens)>();
        for (var i = 0; i < Count; i++)
        {
            ref readonly var hypothesis = ref _hypotheses[i];
            var transcript = hypothesis.Transcript;
            var same = _hypotheses.Take(Count).Where(other => other.Transcript == transcript).ToArray();
            if (same.MaxBy(other => other.Score) != hypothesis) continue;
            var score = same.Aggregate(double.NegativeInfinity, (sum, other) => LogAdd(sum, Sure(other)));
            var path = new TokenBuffer();
            _tree.CopyPath(hypothesis.Node, path);
            alternatives.Add((score, score / (hypothesis.Length + 1), path.Tokens.ToArray()));
        }

        return [.. alternatives.OrderByDescending(a => a.Normalised).Select(a => (a.Score, a.Tokens))];
    }

    public override void Step(DecoderStep step, int firstRow, TokenBuffer tokens)
    {
        var frame = NextFrame;
        var candidates = step.Candidates;
        candidates.Clear();
        for (var i = _active; i < Count; i++)
        {
            ref readonly var waiting = ref _hypotheses[i];
            candidates.Add(new BeamCandidate(waiting.Score, Sure(waiting), candidates.Count, i, -1, 0, waiting.NextFrame, waiting.Transcript, -1));
        }

        for (var i = 0; i < _active; i++) Extend(step, i, firstRow + i);
        Keep(step);
        Arrange();
        if (NextFrame > frame) Decide(tokens);
    }

    public override void Settle(TokenBuffer tokens)
    {
        var best = Best();
        _tree.EmitAgreed(_hypotheses[best].Node, tokens);
        Pending.Clear();
        _tree.CopyPath(_hypotheses[best].Node, Pending);
    }

    public override void Finish(TokenBuffer tokens)
    {
        var best = Best();
        for (var i = 0; i < Count; i++)
            if (i != best) _tree.Release(_hypotheses[i].Node);
        var winner = _hypotheses[best];
        _tree.EmitAgreed(winner.Node, tokens);
        Pending.Clear();
        Context(best).CopyTo(_keptContexts);
        _keptContexts.AsSpan(0, _contextTokens).CopyTo(_contexts);
        _hypotheses[0] = winner with { Score = 0, Length = 0, Fusion = _settings.Fusion?.Start ?? default };
        (Count, _active) = (1, 1);
    }

    public override void SkipTo(long frame)
    {
        for (var i = 0; i < Count; i++)
            if (_hypotheses[i].NextFrame < frame) (_hypotheses[i].NextFrame, _hypotheses[i].SymbolsOnFrame) = (frame, 0);
        Arrange();
    }

    public override void Reset()
    {
        _tree.Clear();
        _tree.Use(_tree.Root);
        Pending.Clear();
        Array.Fill(_contexts, _blankId);
        _hypotheses[0] = new BeamHypothesis { Node = _tree.Root, Fusion = _settings.Fusion?.Start ?? default };
        (Count, _active) = (1, 1);
    }

    public override void Save(BinaryWriter writer)
    {
        writer.Write(Count);
        var path = new TokenBuffer();
        for (var i = 0; i < Count; i++)
        {
            ref readonly var hypothesis = ref _hypotheses[i];
            writer.Write(hypothesis.Score);
            writer.Write(hypothesis.Length);
            writer.Write(hypothesis.NextFrame);
            writer.Write(hypothesis.SymbolsOnFrame);
            writer.Write(hypothesis.SpeechEnd);
            writer.Write(hypothesis.Transcript);
            hypothesis.Fusion.Save(writer);
            foreach (var token in Context(i)) writer.Write(token);
            path.Clear();
            _tree.CopyPath(hypothesis.Node, path);
            writer.Write(path.Count);
            foreach (ref readonly var token in path.Tokens)
            {
                writer.Write(token.Id);
                writer.Write(token.StartFrame);
                writer.Write(token.DurationFrames);
                writer.Write(token.LogProbability);
            }
        }
    }

    public override void Load(BinaryReader reader, TransducerVocabulary vocabulary)
    {
        var count = reader.ReadInt32();
        if (count < 1 || count > _hypotheses.Length) throw Unfit();
        Reset();
        var nodes = new Dictionary<(int Parent, EmittedToken Token), int>();
        for (var i = 0; i < count; i++)
        {
            var hypothesis = new BeamHypothesis
            {
                Score = reader.ReadDouble(),
                Length = reader.ReadInt32(),
                NextFrame = reader.ReadInt64(),
                SymbolsOnFrame = reader.ReadInt32(),
                SpeechEnd = reader.ReadInt64(),
                Transcript = reader.ReadUInt64(),
                Fusion = FusionState.Load(reader, _settings.Fusion),
                Node = _tree.Root,
            };
            foreach (ref var token in _contexts.AsSpan(i * _contextTokens, _contextTokens)) token = LoadToken(reader, vocabulary);
            var length = reader.ReadInt32();
            if (!double.IsFinite(hypothesis.Score) || hypothesis.Length < 0 || hypothesis.NextFrame < 0 || hypothesis.SymbolsOnFrame < 0 || hypothesis.SpeechEnd < 0 || length < 0) throw Unfit();
            for (var n = 0; n < length; n++)
            {
                // equal tokens of equal prefixes are one node, as they were before
                var token = new EmittedToken(LoadToken(reader, vocabulary), reader.ReadInt64(), reader.ReadInt32(), reader.ReadSingle());
                if (token.StartFrame < 0 || token.DurationFrames < 0 || !(token.LogProbability <= 0)) throw Unfit();
                if (!nodes.TryGetValue((hypothesis.Node, token), out var node)) nodes.Add((hypothesis.Node, token), node = _tree.Add(hypothesis.Node, token));
                hypothesis.Node = node;
            }

            _tree.Use(hypothesis.Node);
            _hypotheses[i] = hypothesis;
        }

        _tree.Release(_tree.Root);
        Count = count;
        Arrange();
        _tree.CopyPath(_hypotheses[Best()].Node, Pending);
    }

    private static double LogAdd(double a, double b)
    {
        var (high, low) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(low) ? high : high + Math.Log(1 + Math.Exp(low - high));
    }

    /// <summary>Adds the best pairs of token and duration after one hypothesis.</summary>
    private void Extend(DecoderStep step, int parent, int row)
    {
        ref var hypothesis = ref _hypotheses[parent];
        var fusion = _settings.Fusion;
        if (fusion is not null && hypothesis.NextFrame - hypothesis.SpeechEnd >= _settings.PauseFrames) hypothesis.Fusion = fusion.Start;

        var logits = step.TokenLogits(row);
        var total = step.LogSum(logits);
        var scores = step.Scores.AsSpan();
        logits.CopyTo(scores);
        if (fusion is not null)
        {
            var blank = logits[_blankId] - total;
            fusion.AddTo(scores, hypothesis.Fusion, step.Terms);
            var word = MathF.Log(Math.Max(1e-7f, 1 - MathF.Exp(blank)));
            TensorPrimitives.Add(scores, fusion.LanguageWeight * (word + ShallowFusion.TokenNats), scores);
            scores[_blankId] = total + (blank * (1 + fusion.LanguageWeight));
        }

        var durations = DurationScores(step, row);
        Span<int> order = stackalloc int[durations.Length];
        Rank(step.HasDurations ? step.DurationLogits(row) : durations, order);
        var beam = _settings.BeamSize;
        var best = double.NegativeInfinity;
        for (var rank = 1; rank <= Math.Min(beam, scores.Length); rank++)
        {
            // ranked by what greedy decoding compares, so that rounding cannot make a tie
            var token = TensorPrimitives.IndexOfMax<float>(scores);
            var score = hypothesis.Score + (scores[token] - (double)total);
            scores[token] = float.NegativeInfinity;
            if (double.IsNegativeInfinity(score)) break;
            for (var d = 0; d < durations.Length && rank * (d + 1) <= beam; d++)
            {
                var candidate = score + durations[order[d]];
                best = Math.Max(best, candidate);
                if (candidate < best - _prune) break;
                Add(step, parent, token, step.HasDurations ? step.Vocabulary.Durations[order[d]] : token == _blankId ? 1 : 0, candidate, row);
            }
        }
    }

    private void Add(DecoderStep step, int parent, int token, int duration, double score, int row)
    {
        ref readonly var hypothesis = ref _hypotheses[parent];
        var isBlank = token == _blankId;
        var next = hypothesis.NextFrame + step.FramesAfter(duration, isBlank, hypothesis.SymbolsOnFrame + 1);
        var transcript = isBlank ? hypothesis.Transcript : BeamHypothesis.Extend(hypothesis.Transcript, token);
        step.Candidates.Add(new BeamCandidate(score, score + Refund(hypothesis.Fusion, isBlank ? -1 : token), step.Candidates.Count, parent, isBlank ? -1 : token, duration, next, transcript, row));
    }

    /// <summary>Nats that phrases under way would give back if nothing came after the token.</summary>
    private float Refund(FusionState state, int token)
    {
        if (_settings.Fusion?.Phrases is not { } phrases) return 0;
        var next = state.Phrase;
        if (token >= 0) phrases.Step(state.Phrase, token, out next);
        return phrases.Finish(next);
    }

    private static ReadOnlySpan<float> DurationScores(DecoderStep step, int row)
    {
        if (!step.HasDurations)
        {
            step.Durations[0] = 0;
            return step.Durations.AsSpan(0, 1);
        }

        var logits = step.DurationLogits(row);
        TensorPrimitives.Subtract(logits, step.LogSum(logits), step.Durations);
        return step.Durations.AsSpan(0, logits.Length);
    }

    private static void Rank(ReadOnlySpan<float> scores, Span<int> order)
    {
        for (var i = 0; i < order.Length; i++)
        {
            var at = i;
            for (; at > 0 && scores[order[at - 1]] < scores[i]; at--) order[at] = order[at - 1];
            order[at] = i;
        }
    }

    /// <summary>Makes the best candidates the hypotheses; equal ones become one.</summary>
    private void Keep(DecoderStep step)
    {
        var candidates = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(step.Candidates);
        candidates.Sort();
        candidates = candidates[..Join(candidates)];
        Choose(candidates);
        var kept = 0;
        foreach (ref readonly var candidate in candidates)
            if (candidate.Kept) Make(step, candidate, kept++);

        for (var i = 0; i < Count; i++) _tree.Release(_hypotheses[i].Node);
        (_hypotheses, _kept) = (_kept, _hypotheses);
        (_contexts, _keptContexts) = (_keptContexts, _contexts);
        Count = kept;
    }

    /// <summary>Makes equal transcripts on the same frame one, the best of them; returns how many are left.</summary>
    private static int Join(Span<BeamCandidate> candidates)
    {
        var count = 0;
        foreach (ref readonly var candidate in candidates)
        {
            var same = 0;
            while (same < count && (candidates[same].Transcript != candidate.Transcript || candidates[same].NextFrame != candidate.NextFrame)) same++;
            if (same == count)
            {
                candidates[count++] = candidate;
                continue;
            }

            // equal transcripts stand at the same place in the phrases
            ref var joined = ref candidates[same];
            var sum = LogAdd(joined.Score, candidate.Score);
            (joined.Score, joined.Sure) = (sum, joined.Sure + sum - joined.Score);
        }

        return count;
    }

    /// <summary>Marks the best by what is sure, and with phrases as many others by what they may earn.</summary>
    private void Choose(Span<BeamCandidate> candidates)
    {
        var (sure, score) = (double.NegativeInfinity, double.NegativeInfinity);
        foreach (ref readonly var candidate in candidates) (sure, score) = (Math.Max(sure, candidate.Sure), Math.Max(score, candidate.Score));
        for (var place = 0; place < _hypotheses.Length; place++)
        {
            var bySure = place < _settings.BeamSize;
            var best = -1;
            for (var i = 0; i < candidates.Length; i++)
            {
                if (candidates[i].Kept || (bySure ? candidates[i].Sure < sure - _prune : candidates[i].Score < score - _prune)) continue;
                if (best < 0 || (bySure ? candidates[i].Sure > candidates[best].Sure : candidates[i].Score > candidates[best].Score)) best = i;
            }

            if (best >= 0) candidates[best].Kept = true;
        }
    }

    private void Make(DecoderStep step, in BeamCandidate candidate, int place)
    {
        ref readonly var parent = ref _hypotheses[candidate.Parent];
        ref var hypothesis = ref _kept[place];
        hypothesis = parent with { Score = candidate.Score, NextFrame = candidate.NextFrame, Transcript = candidate.Transcript };
        if (candidate.NextFrame != parent.NextFrame) hypothesis.SymbolsOnFrame = 0;
        var context = _keptContexts.AsSpan(place * _contextTokens, _contextTokens);
        Context(candidate.Parent).CopyTo(context);
        if (candidate.Token >= 0)
        {
            var duration = candidate.Duration;
            var confidence = step.LogConfidence(step.TokenLogits(candidate.Row), candidate.Token, _settings.Confidence);
            hypothesis.Node = _tree.Add(parent.Node, new EmittedToken(candidate.Token, parent.NextFrame, duration, confidence));
            hypothesis.Length++;
            hypothesis.SpeechEnd = parent.NextFrame + Math.Max(1, duration);
            if (candidate.NextFrame == parent.NextFrame) hypothesis.SymbolsOnFrame++;
            if (_settings.Fusion is { } fusion) hypothesis.Fusion = fusion.Next(parent.Fusion, candidate.Token);
            context[1..].CopyTo(context);
            context[^1] = candidate.Token;
        }

        _tree.Use(hypothesis.Node);
    }

    /// <summary>Brings the hypotheses on the earliest frame to the front, keeping their order.</summary>
    private void Arrange()
    {
        var frame = long.MaxValue;
        for (var i = 0; i < Count; i++) frame = Math.Min(frame, _hypotheses[i].NextFrame);
        _active = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_hypotheses[i].NextFrame != frame) continue;
            for (var at = i; at > _active; at--) Swap(at, at - 1);
            _active++;
        }
    }

    private void Swap(int a, int b)
    {
        (_hypotheses[a], _hypotheses[b]) = (_hypotheses[b], _hypotheses[a]);
        for (var i = 0; i < _contextTokens; i++)
            (_contexts[(a * _contextTokens) + i], _contexts[(b * _contextTokens) + i]) = (_contexts[(b * _contextTokens) + i], _contexts[(a * _contextTokens) + i]);
    }

    /// <summary>Once a frame is done: after a pause, and for tokens old enough, the best hypothesis decides.</summary>
    private void Decide(TokenBuffer tokens)
    {
        var best = Best();
        var frame = NextFrame;
        ref readonly var winner = ref _hypotheses[best];
        if (frame - winner.SpeechEnd >= _settings.PauseFrames)
        {
            var (score, length) = (winner.Score, winner.Length);
            Require(winner.Node, tokens);
            for (var i = 0; i < Count; i++)
            {
                _hypotheses[i].Score -= score;
                _hypotheses[i].Length -= length;
            }

            return;
        }

        var node = winner.Node;
        while (node != _tree.Root && _tree.Token(node).StartFrame > frame - _settings.DecisionFrames) node = _tree.Parent(node);
        if (node != _tree.Root) Require(node, tokens);
    }

    /// <summary>Drops hypotheses that do not have the tokens up to <paramref name="node"/>, and emits these.</summary>
    private void Require(int node, TokenBuffer tokens)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!_tree.IsWithin(_hypotheses[i].Node, node))
            {
                _tree.Release(_hypotheses[i].Node);
                continue;
            }

            if (i != kept)
            {
                _hypotheses[kept] = _hypotheses[i];
                Context(i).CopyTo(_contexts.AsSpan(kept * _contextTokens));
            }

            kept++;
        }

        Count = kept;
        _tree.EmitAgreed(node, tokens);
        Arrange();
    }

    /// <summary>The best for each token: sums over more tokens are always less.</summary>
    private int Best()
    {
        var (best, champion) = (0, double.NegativeInfinity);
        for (var i = 0; i < Count; i++)
        {
            var score = Sure(_hypotheses[i]) / (_hypotheses[i].Length + 1);
            if (score > champion) (best, champion) = (i, score);
        }

        return best;
    }

    private double Sure(in BeamHypothesis hypothesis) => hypothesis.Score + (_settings.Fusion?.Finish(hypothesis.Fusion) ?? 0);
}
