using Speechmatics.Speech.Features;
using Speechmatics.Speech.Features.Simd;

namespace Speechmatics.Speech.Tests.Features;

/// <summary>The kernel at every width, whatever this processor would choose.</summary>
internal static class Kernels
{
    public static TheoryData<int> Widths => [1, 4, 8, 16];

    public static MelKernel Create(int width, MelFraming framing, MelFilterBank filters, LogCompression compression) => width switch
    {
        1 => new MelKernel<Lanes1>(framing, filters, compression),
        4 => new MelKernel<Lanes4>(framing, filters, compression),
        8 => new MelKernel<Lanes8>(framing, filters, compression),
        _ => new MelKernel<Lanes16>(framing, filters, compression),
    };

    public static LogMelTables Tables(int width, LogMelOptions options) => new(options, (f, m, c) => Create(width, f, m, c));
}
