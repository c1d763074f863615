using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Decoding.Beam;

/// <summary>A transducer whose logits are any function of the frame's number and the context, so that all paths through a few frames can be summed by hand.</summary>
internal sealed class LatticeNetwork(TransducerVocabulary vocabulary, int maxRows, Func<int, int[], float[]> logits) : ITransducerNetwork
{
    private readonly float[][] _encoded = [.. Enumerable.Range(0, maxRows).Select(_ => new float[vocabulary.ContextTokens])];
    private readonly float[][] _joinerPredicted = [.. Enumerable.Range(0, maxRows).Select(_ => new float[vocabulary.ContextTokens])];
    private readonly float[][] _predicted = [.. Enumerable.Range(0, maxRows).Select(_ => new float[vocabulary.ContextTokens])];
    private readonly long[][] _context = [.. Enumerable.Range(0, maxRows).Select(_ => new long[vocabulary.ContextTokens])];
    private readonly float[][] _logits = new float[maxRows][];

    public int MaxRows => maxRows;

    public int Width => vocabulary.ContextTokens;

    public Span<float> JoinerEncoded(int row) => _encoded[row];

    public Span<float> JoinerPredicted(int row) => _joinerPredicted[row];

    public ReadOnlySpan<float> Logits(int row) => _logits[row];

    public Span<long> PredictorContext(int row) => _context[row];

    public ReadOnlySpan<float> Predicted(int row) => _predicted[row];

    public void RunJoiner(int rows)
    {
        for (var row = 0; row < rows; row++) _logits[row] = logits((int)_encoded[row][0], [.. _joinerPredicted[row].Select(token => (int)token)]);
    }

    public void RunPredictor(int rows)
    {
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < _context[row].Length; i++) _predicted[row][i] = _context[row][i];
    }

    public void Dispose()
    {
    }
}
