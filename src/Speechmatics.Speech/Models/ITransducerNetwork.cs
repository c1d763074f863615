namespace Speechmatics.Speech.Models;

/// <summary>
/// Predictor and joiner of a transducer for up to <see cref="MaxRows"/> rows at once. Owned by one thread; allocates nothing in steady state. A row's result never
/// depends on the other rows or on their number, bit for bit.
/// </summary>
internal interface ITransducerNetwork : IDisposable
{
    int MaxRows { get; }

    /// <summary>Floats of an encoder frame and of a predictor output.</summary>
    int Width { get; }

    /// <summary>The joiner input that takes an encoder frame, to fill: <see cref="Width"/> floats.</summary>
    Span<float> JoinerEncoded(int row);

    /// <summary>The joiner input that takes a predictor output, to fill: <see cref="Width"/> floats.</summary>
    Span<float> JoinerPredicted(int row);

    /// <summary>Runs the joiner over rows 0 to <paramref name="rows"/> - 1.</summary>
    /// <exception cref="SpeechModelException">ONNX Runtime failed.</exception>
    void RunJoiner(int rows);

    /// <summary>Token logits, followed for TDT by duration logits; valid until the next <see cref="RunJoiner"/>.</summary>
    ReadOnlySpan<float> Logits(int row);

    /// <summary>The predictor input to fill: the last <see cref="TransducerVocabulary.ContextTokens"/> tokens, oldest first.</summary>
    Span<long> PredictorContext(int row);

    /// <summary>Runs the predictor over rows 0 to <paramref name="rows"/> - 1.</summary>
    /// <exception cref="SpeechModelException">ONNX Runtime failed.</exception>
    void RunPredictor(int rows);

    /// <summary>The predictor's output: <see cref="Width"/> floats, valid until the next <see cref="RunPredictor"/>.</summary>
    ReadOnlySpan<float> Predicted(int row);
}
