namespace Speechmatics.Speech.Audio;

/// <summary>
/// The decoders of ITU-T G.711 as tables, in 16-bit units over 32768. Both laws are sign, 3-bit segment and 4-bit step, sent inverted
/// (µ-law wholly, A-law every other bit); G.711's 14 and 13 bits are aligned to the top of 16.
/// </summary>
internal static class G711
{
    private static readonly float[] MuLawTable = Build(MuLawSample);
    private static readonly float[] ALawTable = Build(ALawSample);

    public static ReadOnlySpan<float> MuLaw => MuLawTable;

    public static ReadOnlySpan<float> ALaw => ALawTable;

    private static float[] Build(Func<int, int> decode)
    {
        var table = new float[256];
        for (var code = 0; code < table.Length; code++) table[code] = decode(code) / 32768f;
        return table;
    }

    private static int MuLawSample(int code)
    {
        const int Bias = 33 << 2;
        code ^= 0xFF;
        var magnitude = ((((code & 0x0F) << 3) + Bias) << ((code >> 4) & 7)) - Bias;
        return (code & 0x80) != 0 ? -magnitude : magnitude;
    }

    private static int ALawSample(int code)
    {
        code ^= 0x55;
        var segment = (code >> 4) & 7;
        // the middle of the step; segment 0 has no leading one
        var magnitude = ((code & 0x0F) << 4) + 8;
        if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
        return (code & 0x80) != 0 ? magnitude : -magnitude;
    }
}
