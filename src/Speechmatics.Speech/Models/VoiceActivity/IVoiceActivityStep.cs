namespace Speechmatics.Speech.Models;

/// <summary>
/// Runs the model over one window after another of each of up to <see cref="MaxRows"/> streams. Owned by one thread; allocates nothing after <see cref="Begin"/> with a given number of rows. Between the
/// runs of one batch the state stays where the model left it.
/// </summary>
internal interface IVoiceActivityStep : IDisposable
{
    int MaxRows { get; }

    /// <summary>Starts a batch of <paramref name="rows"/> streams: 1 to <see cref="MaxRows"/>.</summary>
    void Begin(int rows);

    /// <summary>The samples of a row's next window to fill: the context, then the window.</summary>
    Span<float> Input(int row);

    /// <summary>Gives a row the state that its stream's last window left: <see cref="VoiceActivityLayout.StateFloats"/> floats, layer by layer.</summary>
    void LoadState(int row, ReadOnlySpan<float> state);

    /// <summary>Copies out the state that the row's last window left.</summary>
    void SaveState(int row, Span<float> state);

    /// <summary>Runs one window of every row.</summary>
    /// <exception cref="SpeechModelException">ONNX Runtime failed; the text is kept.</exception>
    void Run();

    /// <summary>The probability of speech in the row's last window, 0 to 1.</summary>
    float Probability(int row);
}
