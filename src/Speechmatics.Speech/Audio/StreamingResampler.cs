using System.Runtime.InteropServices;

namespace Speechmatics.Speech.Audio;

/// <summary>
/// Changes the sample rate of one endless mono stream, piece by piece. Output sample k is the input at time k / toRate exactly: the
/// filter's delay is compensated, silence being assumed before the stream and after its end. n input samples give ceil(n * toRate /
/// fromRate) in all, the last ones from <see cref="Flush"/>. Samples are bit-equal for any cutting of the input. Values may slightly exceed
/// ±1 where the input touches full scale.
/// </summary>
/// <remarks>
/// Polyphase windowed sinc, see <see cref="ResamplerFilter"/>. An output appears once the input reaches half a filter past it: 12 ms
/// from 8 kHz, 6 ms from 16 kHz and above. One caller at a time; no call allocates after construction. Holds about 4 KB at 48 kHz and
/// 14 KB at 192 kHz besides the shared filter. Equal rates copy the samples without delay.
/// </remarks>
internal sealed class StreamingResampler
{
    private const int Block = 256;

    // null when the rates are equal
    private readonly ResamplerFilter? _filter;

    // _samples[_start.._filled) is what later outputs still need, the next output's first tap at _start; always fewer than Taps between
    // calls. The rest is free.
    private readonly float[] _samples;
    private int _start;
    private int _filled;

    // how far the next output lies after its input sample, in 1/Up of an input sample
    private int _phase;

    /// <summary>Rates are 4000 to 192000 samples a second. The first use of a pair of rates builds its filter, some milliseconds.</summary>
    public StreamingResampler(int fromRate, int toRate)
    {
        AudioFormat.ThrowIfNotSampleRate(fromRate, nameof(fromRate));
        AudioFormat.ThrowIfNotSampleRate(toRate, nameof(toRate));
        FromRate = fromRate;
        ToRate = toRate;
        _samples = [];
        if (fromRate == toRate) return;
        _filter = ResamplerFilter.For(fromRate, toRate);
        // room for a block of input, and for half a filter of silence behind the last input (see PeekFlush)
        _samples = new float[_filter.Taps + Math.Max(Block, _filter.Taps / 2)];
        Reset();
    }

    /// <summary>Samples a second of the input.</summary>
    public int FromRate { get; }

    /// <summary>Samples a second of the output.</summary>
    public int ToRate { get; }

    /// <summary>The most that <see cref="Flush"/> and <see cref="PeekFlush"/> write.</summary>
    public int MaxFlush => _filter is null ? 0 : MaxOutput(_filter.Taps / 2);

    /// <summary>The most that one <see cref="Process"/> of so many input samples writes.</summary>
    public int MaxOutput(int inputSamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputSamples);
        return _filter is null ? inputSamples : checked((int)((((long)inputSamples * _filter.Up) + _filter.Down - 1) / _filter.Down));
    }

    /// <summary>Takes all of <paramref name="input"/> and writes the outputs that have become known. The spans must not overlap.</summary>
    /// <returns>Samples written.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> is too short; nothing was taken. <see cref="MaxOutput"/> is always
    /// enough.</exception>
    public int Process(ReadOnlySpan<float> input, Span<float> output)
    {
        if (_filter is null)
        {
            ThrowIfShort(input.Length, output);
            input.CopyTo(output);
            return input.Length;
        }

        ThrowIfShort(CountOutputs(_filter, _filled - _start + (long)input.Length), output);
        var written = 0;
        while (!input.IsEmpty)
        {
            if (input.Length > _samples.Length - _filled) Compact();
            var take = Math.Min(input.Length, _samples.Length - _filled);
            input[..take].CopyTo(_samples.AsSpan(_filled));
            _filled += take;
            input = input[take..];
            written += Convolve(_filter, _filled, ref _start, ref _phase, output[written..]);
        }

        return written;
    }

    /// <summary>Writes the outputs still owed at the end of the stream, then starts anew as after <see cref="Reset"/>.</summary>
    /// <returns>Samples written, at most <see cref="MaxFlush"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> is too short; nothing has changed.</exception>
    public int Flush(Span<float> output)
    {
        var written = PeekFlush(output);
        Reset();
        return written;
    }

    /// <summary>Writes what <see cref="Flush"/> would, and lets the stream go on as if it had not been called.</summary>
    /// <returns>Samples written, at most <see cref="MaxFlush"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> is too short.</exception>
    public int PeekFlush(Span<float> output)
    {
        if (_filter is null) return 0;
        var silence = _filter.Taps / 2;
        ThrowIfShort(CountOutputs(_filter, _filled - _start + silence), output);
        // the silence lies in the free part, where the next input overwrites it
        Compact();
        _samples.AsSpan(_filled, silence).Clear();
        var (start, phase) = (_start, _phase);
        return Convolve(_filter, _filled + silence, ref start, ref phase, output);
    }

    /// <summary>Starts a new stream.</summary>
    public void Reset()
    {
        _start = 0;
        _phase = 0;
        // silence before the stream, up to the first output's own sample
        _filled = _filter is null ? 0 : (_filter.Taps / 2) - 1;
        _samples.AsSpan(0, _filled).Clear();
    }

    /// <summary>Writes the stream's state: rates, phase and the samples still needed.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(FromRate);
        writer.Write(ToRate);
        writer.Write(_phase);
        writer.Write(_filled - _start);
        writer.Write(MemoryMarshal.AsBytes(_samples.AsSpan(_start.._filled)));
    }

    /// <summary>Continues the stream that <see cref="Save"/> wrote, with bit-equal samples.</summary>
    /// <exception cref="InvalidDataException">The state is of other rates or damaged; this resampler has not changed.</exception>
    /// <exception cref="EndOfStreamException">The state ends early; this resampler has been reset.</exception>
    public void Load(BinaryReader reader)
    {
        var (fromRate, toRate, phase, count) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        if (fromRate != FromRate || toRate != ToRate)
            throw new InvalidDataException($"The saved resampler goes from {fromRate} to {toRate} Hz, and this one from {FromRate} to {ToRate} Hz.");
        if (phase < 0 || phase > (_filter?.Up - 1 ?? 0) || count < 0 || count > (_filter?.Taps - 1 ?? 0))
            throw new InvalidDataException($"The saved resampler is damaged: phase {phase}, {count} samples.");
        Reset();
        var read = 0;
        var bytes = MemoryMarshal.AsBytes(_samples.AsSpan(0, count));
        while (read < bytes.Length)
        {
            var got = reader.Read(bytes[read..]);
            if (got == 0)
            {
                Reset();
                throw new EndOfStreamException($"The saved resampler ends after {read} of {bytes.Length} bytes of samples.");
            }

            read += got;
        }

        _phase = phase;
        _filled = count;
    }

    // writes every output whose taps end before `filled`
    private int Convolve(ResamplerFilter filter, int filled, ref int start, ref int phase, Span<float> output)
    {
        var taps = filter.Taps;
        var (wholeStep, phaseStep) = Math.DivRem(filter.Down, filter.Up);
        var written = 0;
        while (start + taps <= filled)
        {
            var window = new ReadOnlySpan<float>(_samples, start, taps);
            output[written++] = filter.IsExact ? DotProduct.Dot(window, filter.Row(phase)) : Interpolate(filter, window, phase);
            start += wholeStep;
            phase += phaseStep;
            if (phase >= filter.Up)
            {
                phase -= filter.Up;
                start++;
            }
        }

        return written;
    }

    private static float Interpolate(ResamplerFilter filter, ReadOnlySpan<float> window, int phase)
    {
        var (row, rest) = Math.DivRem((long)phase * filter.Phases, filter.Up);
        var before = DotProduct.Dot(window, filter.Row((int)row));
        var after = DotProduct.Dot(window, filter.Row((int)row + 1));
        return before + ((float)rest / filter.Up * (after - before));
    }

    // output i of the coming ones has its first tap (phase + i * Down) / Up after _start, and needs Taps samples from there
    private long CountOutputs(ResamplerFilter filter, long available)
    {
        var places = available - filter.Taps + 1;
        return places <= 0 ? 0 : ((places * filter.Up) - _phase + filter.Down - 1) / filter.Down;
    }

    private void Compact()
    {
        _samples.AsSpan(_start.._filled).CopyTo(_samples);
        _filled -= _start;
        _start = 0;
    }

    private static void ThrowIfShort(long needed, Span<float> output)
    {
        if (output.Length < needed) throw new ArgumentException($"There is room for {output.Length} samples and {needed} are due.", nameof(output));
    }
}
