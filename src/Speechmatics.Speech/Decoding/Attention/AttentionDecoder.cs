using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Reads whole utterances with an attention encoder-decoder: up to <see cref="MaxRows"/> utterances of one padded length at once, of which rows that end leave the batch; those that ask for a beam one after the
/// other, each as the batch of its beam's texts. Owned by one thread; allocates nothing in steady state. A row's result is the same alone and in any batch.
/// </summary>
internal sealed class AttentionDecoder : IDisposable
{
    private readonly IAttentionNetwork _network;
    private readonly AttentionVocabulary _vocabulary;
    private readonly Action? _betweenRuns;
    private readonly AttentionBeam _beam;
    private readonly TokenScores _scores;
    private readonly Action _pause;
    private readonly long[] _tokens;
    private readonly int[] _rowOfSlot;
    private readonly int[] _phraseStates;
    private CancellationToken _cancel;

    /// <param name="network">Belongs to the decoder from now on.</param>
    /// <param name="vocabulary">The network's tokens.</param>
    /// <param name="betweenRuns">Called on the decoder's thread before each run of the model, so that more urgent work can go first; or null.</param>
    public AttentionDecoder(IAttentionNetwork network, AttentionVocabulary vocabulary, Action? betweenRuns = null)
    {
        (_network, _vocabulary, _betweenRuns) = (network, vocabulary, betweenRuns);
        _tokens = new long[network.MaxRows * vocabulary.Prompt.Length];
        _rowOfSlot = new int[network.MaxRows];
        _phraseStates = new int[network.MaxRows];
        (_beam, _scores, _pause) = (new AttentionBeam(network, vocabulary), new TokenScores(vocabulary), Pause);
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
        foreach (ref readonly var row in rows) ArgumentOutOfRangeException.ThrowIfGreaterThan(row.BeamSize, MaxRows, nameof(rows));
        _cancel = ct;
        DecodeGreedily(rows, results);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].BeamSize <= 1) continue;
            _network.Begin(1, rows[i].Mel.Length / Layout.MelBins);
            _rowOfSlot[0] = i;
            Encode(0, rows[i], results[i]);
            RunPrompt(results);
            _beam.Read(rows[i], results[i], _pause);
        }
    }

    public void Dispose() => _network.Dispose();

    private void Pause()
    {
        _cancel.ThrowIfCancellationRequested();
        _betweenRuns?.Invoke();
    }

    private void DecodeGreedily(ReadOnlySpan<AttentionRow> rows, ReadOnlySpan<AttentionHypothesis> results)
    {
        var count = Order(rows);
        if (count == 0) return;
        _network.Begin(count, rows[0].Mel.Length / Layout.MelBins);
        for (var slot = 0; slot < count; slot++)
        {
            Encode(slot, rows[_rowOfSlot[slot]], results[_rowOfSlot[slot]]);
            _phraseStates[slot] = PhraseAutomaton.Root;
        }

        RunPrompt(results);
        Choose(rows, results, first: true);
        while (_network.Rows > 0)
        {
            Pause();
            _network.Step(_tokens.AsSpan(0, _network.Rows), 1);
            Choose(rows, results, first: false);
        }
    }

    private void Encode(int slot, in AttentionRow row, AttentionHypothesis result)
    {
        Pause();
        if (row.AlignmentFrames < 0 || row.AlignmentFrames > _network.EncoderFrames)
            throw new ArgumentException($"{row.AlignmentFrames} alignment frames are asked for; the padded utterance has {_network.EncoderFrames}.", nameof(row));
        result.Begin(Layout.AlignmentHeads, row.AlignmentFrames);
        _network.Encode(slot, row.Mel.Span);
    }

    /// <summary>The rows without a beam, longest first: short texts end early and stand at the end, where a row leaves without another being moved. Returns how many they are.</summary>
    private int Order(ReadOnlySpan<AttentionRow> rows)
    {
        var count = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].BeamSize > 1) continue;
            var slot = count++;
            for (; slot > 0 && rows[_rowOfSlot[slot - 1]].MaxTokens < rows[i].MaxTokens; slot--) _rowOfSlot[slot] = _rowOfSlot[slot - 1];
            _rowOfSlot[slot] = i;
        }

        return count;
    }

    /// <summary>The first token of the prompt alone, because only its logits tell speech from none; then the others.</summary>
    private void RunPrompt(ReadOnlySpan<AttentionHypothesis> results)
    {
        var prompt = _vocabulary.Prompt.AsSpan();
        RunPromptPart(prompt[..1]);
        for (var slot = 0; slot < _network.Rows; slot++)
            results[_rowOfSlot[slot]].NoSpeechProbability = Probability(_network.Logits(slot), _vocabulary.NoSpeech);
        Pause();
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

            var scores = _scores.Score(_network.Logits(slot), row.Phrases, _phraseStates[slot], first);
            var token = TensorPrimitives.IndexOfMax<float>(scores);
            var logProbability = _scores.LogProbability(scores, token);
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
                _phraseStates[slot] = TokenScores.Next(row.Phrases, _phraseStates[slot], token, logProbability);
            }
        }
    }

    private void Finish(int slot, AttentionHypothesis result, AttentionStop stop)
    {
        result.Complete(stop);
        var last = _network.Rows - 1;
        _network.RemoveRow(slot);
        (_rowOfSlot[slot], _phraseStates[slot], _tokens[slot]) = (_rowOfSlot[last], _phraseStates[last], _tokens[last]);
    }

    /// <summary>One token's share of the softmax. Overwrites the logits.</summary>
    private static float Probability(Span<float> logits, int token)
    {
        var distance = logits[token] - TensorPrimitives.Max<float>(logits);
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max<float>(logits), logits);
        TensorPrimitives.Exp<float>(logits, logits);
        return MathF.Exp(distance) / TensorPrimitives.Sum<float>(logits);
    }
}
