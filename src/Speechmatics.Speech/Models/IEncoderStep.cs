namespace Speechmatics.Speech.Models;

/// <summary>
/// Runs the encoder over one chunk of each of up to <see cref="MaxRows"/> sessions. Owned by one thread; allocates nothing after its
/// first run with a given chunk size and row count. The state lies outside: the rows of a run are neighbours in memory, so that one address for each
/// state tensor is enough, and <see cref="Run"/> reads it in place and never writes it.
/// </summary>
internal interface IEncoderStep : IEncodedChunk, IDisposable
{
    int MaxRows { get; }

    /// <summary>Starts a step: all following calls speak of chunks of <paramref name="chunkFrames"/> encoder frames.</summary>
    void SetChunk(int chunkFrames);

    /// <summary>The mel window of one row to fill: <c>[MelWindowFrames, MelBins]</c>, row-major.</summary>
    Span<float> MelWindow(int row);

    /// <summary>Sets how many encoder frames the row's session has already had.</summary>
    void SetProcessed(int row, long encoderFrames);

    /// <summary>Runs rows 0 to <paramref name="rows"/> - 1.</summary>
    /// <param name="rows">1 to <see cref="MaxRows"/>.</param>
    /// <param name="stateAddresses">
    /// For each tensor of <see cref="EncoderLayout.States"/> the address of <c>[rows, heads, ringFrames, width]</c> floats, 64-byte aligned or not, which must not move during the call.
    /// </param>
    /// <exception cref="SpeechModelException">ONNX Runtime failed; the text is kept.</exception>
    void Run(int rows, ReadOnlySpan<nint> stateAddresses);

    /// <summary>The row's new state rows after <see cref="Run"/>: <c>[heads, framesPerEncoderFrame * chunkFrames, width]</c>, valid until the next run.</summary>
    ReadOnlySpan<float> NewState(int state, int row);
}
