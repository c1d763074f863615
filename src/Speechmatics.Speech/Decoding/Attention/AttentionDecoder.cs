using System.Numerics.Tensors;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Reads whole utterances with an attention encoder-decoder, greedily: up to <see cref="MaxRows"/> utterances of one padded length at once. Rows that end leave the batch. Owned by one
/// thread; allocates nothing in steady state. A row's result is the same alone and in any batch.
/// </summary>
internal sealed class AttentionDecoder : IDisposable
{
    private readonly IAttentionNetwork _network;
    private readonly AttentionVocabulary _vocabulary;
    private readonly Action? _betweenRuns;
    private readonly long[] _tokens;
    private readonly int[] _rowOfSlot;
    private readonly int[] _biasStates;

    /// <param name="network">Belongs to the decoder from now on.</param>
    /// <param name="vocabulary">The network's tokens.</param>
    /// <param name="betweenRuns">Called on the decoder's thread before each run of the model, so that more urgent work can go first; or null.</param>
    public AttentionDecoder(IAttentionNetwork network, AttentionVocabulary vocabulary, Action? betweenRuns = null)
    {
        (_network, _vocabulary, _betweenRuns) = (network, vocabulary, betweenRuns);
        _tokens = new long[network.MaxRows * vocabulary.Prompt.Length];
        _rowOfSlot = new int[network.MaxRows];
        _biasStates = new int[network.MaxRows];
    }

    public int MaxRows => _network.MaxRows;

    public AttentionLayout Layout => _network.Layout;

    /// <summary>Decodes all rows.</summary>
    /// <param name="rows">1 to <see cref="MaxRows"/> utterances of one padded length.</param>
    /// <param name="results">For each row an object to fill.</param>
    /// <param name="ct">Looked at before each encoder run and each step (some milliseconds; an encoder run over 30 s is some hundred); the results are then worthless.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    /// <exception cref="SpeechModelException">ONNX Runtime failed.</exception>
    public void Decode(ReadOnlySpan<AttentionRow> rows, ReadOnlySpan<AttentionHypothesis> results, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(results.Length, rows.Length, nameof(results));
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, 1, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows.Length, MaxRows, nameof(rows));
        _network.Begin(rows.Length, rows[0].Mel.Length / Layout.MelBins);
        Order(rows);
        for (var slot = 0; slot < rows.Length; slot++)
        {
            Pause(ct);
            var row = rows[_rowOfSlot[slot]];
            if (row.AlignmentFrames < 0 || row.AlignmentFrames > _network.EncoderFrames)
                throw new ArgumentException($"{row.AlignmentFrames} alignment frames are asked for; the padded utterance has {_network.EncoderFrames}.", nameof(rows));
            results[_rowOfSlot[slot]].Begin(Layout.AlignmentHeads, row.AlignmentFrames);
            _biasStates[slot] = row.Bias?.Start ?? 0;
            _network.Encode(slot, row.Mel.Span);
        }

        RunPrompt(results, ct);
        Choose(rows, results, first: true);
        while (_network.Rows > 0)
        {
            Pause(ct);
            _network.Step(_tokens.AsSpan(0, _network.Rows), 1);
            Choose(rows, results, first: false);
        }
    }

    public void Dispose() => _network.Dispose();

    private void Pause(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _betweenRuns?.Invoke();
    }

    /// <summary>Longest first: short texts end early and stand at the end, where a row leaves without another being moved.</summary>
    private void Order(ReadOnlySpan<AttentionRow> rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            var slot = i;
            for (; slot > 0 && rows[_rowOfSlot[slot - 1]].MaxTokens < rows[i].MaxTokens; slot--) _rowOfSlot[slot] = _rowOfSlot[slot - 1];
            _rowOfSlot[slot] = i;
        }
    }

    /// <summary>The first token of the prompt alone, because only its logits tell speech from none; then the others.</summary>
    private void RunPrompt(ReadOnlySpan<AttentionHypothesis> results, CancellationToken ct)
    {
        var prompt = _vocabulary.Prompt.AsSpan();
        RunPromptPart(prompt[..1]);
        for (var slot = 0; slot < _network.Rows; slot++)
            results[_rowOfSlot[slot]].NoSpeechProbability = MathF.Exp(LogProbability(_network.Logits(slot), _vocabulary.NoSpeech));
        Pause(ct);
        if (prompt.Length > 1) RunPromptPart(prompt[1..]);
    }

    private void RunPromptPart(ReadOnlySpan<int> part)
    {
        var tokens = _tokens.AsSpan(0, _network.Rows * part.Length);
        for (var i = 0; i < tokens.Length; i++) tokens[i] = part[i % part.Length];
        _network.Step(tokens, part.Length);
    }

    private void Choose(ReadOnlySpan<AttentionRow> rows, ReadOnlySpan<AttentionHypothesis> results, bool first)
    {
        // from the last slot down: a row that moves into a gap has had its turn
        for (var slot = _network.Rows - 1; slot >= 0; slot--)
        {
            var row = rows[_rowOfSlot[slot]];
            var result = results[_rowOfSlot[slot]];
            if (row.AlignmentFrames > 0)
            {
                for (var head = 0; head < Layout.AlignmentHeads; head++)
                    _network.Alignment(slot, head)[..row.AlignmentFrames].CopyTo(result.NextAlignment(head));
            }

            var (token, logProbability) = Best(_network.Logits(slot), row.Bias, _biasStates[slot], first);
            if (token == _vocabulary.EndOfText)
            {
                result.AddEnd(logProbability);
                Finish(slot, result, AttentionStop.EndOfText);
                continue;
            }

            result.Add(token, logProbability);
            if (TokenLoop.EndsInLoop(result.Tokens)) Finish(slot, result, AttentionStop.Loop);
            else if (result.Tokens.Length > row.MaxTokens) Finish(slot, result, AttentionStop.TooManyTokens);
            else if (_vocabulary.Prompt.Length + result.Tokens.Length >= Layout.ContextTokens) Finish(slot, result, AttentionStop.ContextFull);
            else
            {
                _tokens[slot] = token;
                if (row.Bias is not null) _biasStates[slot] = row.Bias.Next(_biasStates[slot], token);
            }
        }
    }

    private void Finish(int slot, AttentionHypothesis result, AttentionStop stop)
    {
        result.Complete(stop);
        var last = _network.Rows - 1;
        _network.RemoveRow(slot);
        (_rowOfSlot[slot], _biasStates[slot], _tokens[slot]) = (_rowOfSlot[last], _biasStates[last], _tokens[last]);
    }

    /// <summary>The likeliest token that is allowed. Overwrites the logits.</summary>
    private (int Token, float LogProbability) Best(Span<float> logits, ITokenBias? bias, int biasState, bool first)
    {
        var allowed = logits[..(_vocabulary.EndOfText + 1)];
        Forbid(allowed, _vocabulary.Suppress.AsSpan());
        if (first) Forbid(allowed, _vocabulary.SuppressFirst.AsSpan());
        if (bias is not null)
        {
            foreach (var (token, bonus) in bias.Bonuses(biasState)) allowed[token] += bonus;
        }

        var best = TensorPrimitives.IndexOfMax<float>(allowed);
        return (best, LogProbability(allowed, best));
    }

    private static void Forbid(Span<float> logits, ReadOnlySpan<int> ascendingIds)
    {
        foreach (var id in ascendingIds)
        {
            if (id >= logits.Length) return;
            logits[id] = float.NegativeInfinity;
        }
    }

    /// <summary>The natural logarithm of one token's share of the softmax. Overwrites the logits.</summary>
    private static float LogProbability(Span<float> logits, int token)
    {
        var greatest = TensorPrimitives.Max<float>(logits);
        var distance = logits[token] - greatest;
        TensorPrimitives.Subtract(logits, greatest, logits);
        TensorPrimitives.Exp<float>(logits, logits);
        return distance - MathF.Log(TensorPrimitives.Sum<float>(logits));
    }
}
