using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Features;

/// <summary>The kernel with one frame in each lane.</summary>
/// <remarks>
/// The signal is seen as a matrix with one hop in a row and is transposed once. Position n of the windows of frames f, f + 1, ... then
/// lies in consecutive floats: row n mod hop, from column f + n / hop. So each sample moves once although frames overlap, and nothing else
/// in the transform shuffles lanes.
/// </remarks>
internal sealed class MelKernel<T> : MelKernel
    where T : unmanaged, ILanes<T>
{
    // 64 bytes: with eight frames a row of the transposed signal is one cache line
    private const int Alignment = 16;

    private readonly MelFilterBank _filters;
    private readonly LogCompression _compression;
    private readonly RealFft _fft;
    private readonly float[] _window;
    private readonly int[] _offsets;
    private readonly int _stride;
    private readonly MelKernel? _forFewFrames;

    public MelKernel(MelFraming framing, MelFilterBank filters, LogCompression compression, MelKernel? forFewFrames = null)
    {
        _forFewFrames = forFewFrames;
        Framing = framing;
        _filters = filters;
        _compression = compression;
        _fft = new RealFft(framing.FftSamples);
        _stride = RoundUp(framing.HopsOf(T.Count), Alignment);

        // The window begins at the transform's first point: where it lies changes no magnitude. Beyond its end any vector does, times zero.
        _window = new float[framing.FftSamples];
        framing.CreateWindow().CopyTo(_window, 0);
        _offsets = new int[framing.FftSamples];
        for (var n = 0; n < framing.WindowSamples; n++)
            _offsets[n] = (n % framing.HopSamples * _stride) + (n / framing.HopSamples);
    }

    public override int GroupFrames => T.Count;

    public override int Bins => _filters.Filters;

    public override MelFraming Framing { get; }

    public override unsafe void Compute(ReadOnlySpan<float> signal, int frameCount, Span<float> frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frameCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frameCount, T.Count);
        if (_forFewFrames is { } kernel && frameCount <= kernel.GroupFrames)
        {
            kernel.Compute(signal, frameCount, frames);
            return;
        }

        signal = signal[..Framing.SamplesOf(frameCount)];
        frames = frames[..(frameCount * Bins)];

        var paddedBins = RoundUp(Bins, 4);
        var rows = Math.Max(Framing.HopSamples * _stride, RoundUp(T.Count * paddedBins, Alignment));
        var work = RoundUp(_fft.WorkVectors * T.Count, Alignment);
        var power = _fft.PowerVectors * T.Count;
        var scratch = FeatureScratch.OfThread(rows + work + power);
        fixed (float* input = signal)
        fixed (float* window = _window)
        fixed (int* offsets = _offsets)
        {
            // the last hop may end within the signal: transpose as far as it reaches, then the others on their own
            var hop = Framing.HopSamples;
            var hops = Framing.HopsOf(frameCount);
            var lastHop = signal.Length - ((hops - 1) * hop);
            Transposition.Run(input, hop, hops, lastHop, scratch, _stride);
            Transposition.Run(input + lastHop, hop, hops - 1, hop - lastHop, scratch + (lastHop * _stride), _stride);

            _fft.Power<T>(scratch, offsets, window, scratch + rows, scratch + rows + work);
            _filters.Apply<T>(scratch + rows + work, scratch + rows, _compression);

            Transposition.Run(scratch + rows, T.Count, Bins, T.Count, scratch, paddedBins);
            for (var frame = 0; frame < frameCount; frame++)
                new ReadOnlySpan<float>(scratch + (frame * paddedBins), Bins).CopyTo(frames.Slice(frame * Bins, Bins));
        }
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
