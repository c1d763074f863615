using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding;

/// <summary>
/// A transducer whose answer a test writes down as a function of the encoder frame's content and the context: so rules that a real model seldom meets can be shown. An encoder frame
/// is one float for the script; the predictor hands its context through.
/// </summary>
internal sealed class ScriptedNetwork(TransducerVocabulary vocabulary, int maxRows, Func<int, int[], (int Token, int Duration)> script) : ITransducerNetwork
{
    private readonly float[][] _encoded = [.. Enumerable.Range(0, maxRows).Select(_ => new float[1 + vocabulary.ContextTokens])];
    private readonly float[][] _joinerPredicted = [.. Enumerable.Range(0, maxRows).Select(_ => new float[1 + vocabulary.ContextTokens])];
    private readonly float[][] _predicted = [.. Enumerable.Range(0, maxRows).Select(_ => new float[1 + vocabulary.ContextTokens])];
    private readonly float[][] _logits = [.. Enumerable.Range(0, maxRows).Select(_ => new float[vocabulary.TokenCount + vocabulary.Durations.Length])];
    private readonly long[][] _context = [.. Enumerable.Range(0, maxRows).Select(_ => new long[vocabulary.ContextTokens])];

    public List<int> PredictorRuns { get; } = [];

    public List<int> JoinerRuns { get; } = [];

    public int MaxRows => maxRows;

    public int Width => 1 + vocabulary.ContextTokens;

    public Span<float> JoinerEncoded(int row) => _encoded[row];

    public Span<float> JoinerPredicted(int row) => _joinerPredicted[row];

    public ReadOnlySpan<float> Logits(int row) => _logits[row];

    public Span<long> PredictorContext(int row) => _context[row];

    public ReadOnlySpan<float> Predicted(int row) => _predicted[row];

    public void RunJoiner(int rows)
    {
        JoinerRuns.Add(rows);
        for (var row = 0; row < rows; row++)
        {
            var (token, duration) = script((int)_encoded[row][0], [.. _joinerPredicted[row][1..].Select(v => (int)v)]);
            Array.Clear(_logits[row]);
            _logits[row][token] = 2;
            if (vocabulary.Durations.Length > 0)
                _logits[row][vocabulary.TokenCount + vocabulary.Durations.IndexOf(duration)] = 1;
        }
    }

    public void RunPredictor(int rows)
    {
        PredictorRuns.Add(rows);
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < _context[row].Length; i++)
                _predicted[row][1 + i] = _context[row][i];
    }

    public void Dispose()
    {
    }
}
