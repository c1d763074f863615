using System.Numerics.Tensors;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Finds where in the audio each token of a text begins, by dynamic time warping over the attention of the heads that follow the audio (as in OpenAI's Whisper, timing.py). Owned by one
/// thread; allocates only when a text is longer than any before.
/// </summary>
/// <remarks>
/// For each head the weights of a frame are normalised over the tokens, so that a frame all tokens look at says nothing, and smoothed over seven frames (mean; the median, which
/// costs more, gave errors within 1 ms of it on the alignment references); the heads are averaged. The path through tokens and frames that collects the most weight, both only ever advancing,
/// gives each token its first frame.
/// </remarks>
internal sealed class AttentionAligner
{
    private const int SmoothFrames = 7;
    private const byte Diagonal = 0;
    private const byte NextFrame = 1;
    private const byte NextToken = 2;

    private float[] _weights = [];
    private float[] _scratch = [];
    private byte[] _moves = [];

    /// <summary>Aligns a text.</summary>
    /// <param name="hypothesis">With its alignment.</param>
    /// <param name="starts">To fill: for each row of the alignment, that is for each token and the end, the frame where it begins. Never falls; the first is 0.</param>
    public void Align(AttentionHypothesis hypothesis, Span<int> starts)
    {
        var (rows, frames) = (hypothesis.AlignmentRows, hypothesis.AlignmentFrames);
        ArgumentOutOfRangeException.ThrowIfNotEqual(starts.Length, rows, nameof(starts));
        if (rows == 0) return;
        Ensure(ref _weights, rows * frames);
        Ensure(ref _moves, rows * frames);
        Ensure(ref _scratch, (3 * frames) + SmoothFrames - 1);
        Weigh(hypothesis, rows, frames);
        Warp(rows, frames);
        Trace(rows, frames, starts);
    }

    private void Weigh(AttentionHypothesis hypothesis, int rows, int frames)
    {
        _weights.AsSpan(0, rows * frames).Clear();
        var mean = _scratch.AsSpan(0, frames);
        var scale = _scratch.AsSpan(frames, frames);
        var padded = _scratch.AsSpan(2 * frames, frames + SmoothFrames - 1);
        var row = padded.Slice(SmoothFrames / 2, frames);
        for (var head = 0; head < hypothesis.AlignmentHeads; head++)
        {
            mean.Clear();
            for (var r = 0; r < rows; r++) TensorPrimitives.Add(mean, hypothesis.Alignment(r, head), mean);
            TensorPrimitives.Divide(mean, rows, mean);
            scale.Clear();
            for (var r = 0; r < rows; r++)
            {
                TensorPrimitives.Subtract(hypothesis.Alignment(r, head), mean, row);
                TensorPrimitives.MultiplyAdd(row, row, scale, scale);
            }

            TensorPrimitives.Divide(scale, rows, scale);
            TensorPrimitives.Add(scale, 1e-12f, scale); // one row alone has no spread
            TensorPrimitives.ReciprocalSqrt(scale, scale);
            for (var r = 0; r < rows; r++)
            {
                TensorPrimitives.Subtract(hypothesis.Alignment(r, head), mean, row);
                TensorPrimitives.Multiply(row, scale, row);
                padded[..(SmoothFrames / 2)].Fill(row[0]);
                padded[^(SmoothFrames / 2)..].Fill(row[^1]);
                var weights = _weights.AsSpan(r * frames, frames);
                for (var k = 0; k < SmoothFrames; k++) TensorPrimitives.Add(weights, padded.Slice(k, frames), weights);
            }
        }
    }

    /// <summary>The best sum of weights up to each token and frame, and the move that led there. Replaces the weights.</summary>
    private void Warp(int rows, int frames)
    {
        var first = _weights.AsSpan(0, frames);
        for (var t = 1; t < frames; t++) first[t] += first[t - 1];
        _moves.AsSpan(0, frames).Fill(NextFrame);
        for (var r = 1; r < rows; r++)
        {
            var above = _weights.AsSpan((r - 1) * frames, frames);
            var here = _weights.AsSpan(r * frames, frames);
            var moves = _moves.AsSpan(r * frames, frames);
            here[0] += above[0];
            moves[0] = NextToken;
            for (var t = 1; t < frames; t++)
            {
                var (from, move) = (above[t - 1], Diagonal);
                if (here[t - 1] > from) (from, move) = (here[t - 1], NextFrame);
                if (above[t] > from) (from, move) = (above[t], NextToken);
                here[t] += from;
                moves[t] = move;
            }
        }
    }

    private void Trace(int rows, int frames, Span<int> starts)
    {
        for (int r = rows - 1, t = frames - 1; r >= 0;)
        {
            starts[r] = t;
            if (r == 0)
            {
                starts[r] = 0;
                return;
            }

            var move = _moves[(r * frames) + t];
            if (move != NextFrame) r--;
            if (move != NextToken) t--;
        }
    }

    private static void Ensure<T>(ref T[] array, int length)
    {
        if (array.Length < length) array = new T[Math.Max(length, 2 * array.Length)];
    }
}
