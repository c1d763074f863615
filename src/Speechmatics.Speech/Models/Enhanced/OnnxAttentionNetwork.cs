using Microsoft.ML.OnnxRuntime;

namespace Speechmatics.Speech.Models;

/// <summary>
/// <see cref="IAttentionNetwork"/> over ONNX Runtime. The encoder writes its keys and values straight to where the decoder reads them. The decoder's own keys and values go back and
/// forth between two sets of buffers, which grow as texts do: the graph joins past and new rows into its output itself, so a larger buffer begins empty and nothing else is copied, but for the rows of a beam that change places.
/// </summary>
internal sealed unsafe class OnnxAttentionNetwork : IAttentionNetwork
{
    private const int FirstCacheTokens = 64;

    private readonly AttentionSessions _sessions;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _encoder;
    private readonly OrtIoBinding _decoder;
    private readonly AttentionPortNames _names;
    private readonly PinnedBuffer<float> _logits;
    private readonly PinnedBuffer<float>?[] _cross;
    private PinnedBuffer<float>?[] _past;
    private PinnedBuffer<float>?[] _present;
    private PinnedBuffer<long> _tokens;
    private PinnedBuffer<float> _alignment;
    private int _melFrames;
    private int _pastTokens;
    private int _stepTokens;
    private int _utterances;
    private bool _disposed;

    public OnnxAttentionNetwork(AttentionSessions sessions, AttentionLayout layout, int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        (Layout, MaxRows) = (layout, maxRows);
        _names = new AttentionPortNames(layout.Layers);
        _cross = new PinnedBuffer<float>[2 * layout.Layers];
        _past = new PinnedBuffer<float>[2 * layout.Layers];
        _present = new PinnedBuffer<float>[2 * layout.Layers];
        _logits = new(checked(maxRows * layout.Vocabulary));
        _tokens = new(1);
        _alignment = new(1);
        _sessions = sessions.AddReference();
        _encoder = sessions.Encoder.CreateIoBinding();
        _decoder = sessions.Decoder.CreateIoBinding();
    }

    public int MaxRows { get; }

    public AttentionLayout Layout { get; }

    public int Rows { get; private set; }

    public int EncoderFrames { get; private set; }

    public void Begin(int rows, int melFrames)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        ArgumentOutOfRangeException.ThrowIfLessThan(melFrames, Layout.MelFramesPerEncoderFrame);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(melFrames, Layout.MaxMelFrames);
        ArgumentOutOfRangeException.ThrowIfNotEqual(melFrames % Layout.MelFramesPerEncoderFrame, 0, nameof(melFrames));
        (Rows, _utterances, _melFrames, EncoderFrames, _pastTokens) = (rows, rows, melFrames, melFrames / Layout.MelFramesPerEncoderFrame, 0);
        foreach (ref var buffer in _cross.AsSpan()) Ensure(ref buffer, checked(rows * Layout.KeyFloats * EncoderFrames));
    }

    public void Encode(int row, ReadOnlySpan<float> mel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_utterances, nameof(row));
        if (mel.Length != _melFrames * Layout.MelBins)
            throw new ArgumentException($"The row has {mel.Length} floats, but {_melFrames} frames of {Layout.MelBins} bins are due.", nameof(mel));
        var offset = row * Layout.KeyFloats * EncoderFrames;
        fixed (float* input = mel)
        {
            NativeOrt.Bind(_encoder, _names.Mel, input, [1, _melFrames, Layout.MelBins], output: false);
            for (var i = 0; i < _cross.Length; i++)
                NativeOrt.Bind(_encoder, _names.Cross[i], _cross[i]!.Pointer + offset, [1, Layout.Heads, EncoderFrames, Layout.Width], output: true);
            Run(_sessions.Encoder, _encoder, _sessions.EncoderFile, 1);
        }
    }

    public void Step(ReadOnlySpan<long> tokens, int tokensPerRow)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(Rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokensPerRow, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_pastTokens + tokensPerRow, Layout.ContextTokens, nameof(tokensPerRow));
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, Rows * tokensPerRow, nameof(tokens));
        var all = _pastTokens + tokensPerRow;
        Ensure(ref _tokens!, MaxRows * tokensPerRow);
        Ensure(ref _alignment!, checked(Rows * Layout.AlignmentHeads * tokensPerRow * EncoderFrames));
        tokens.CopyTo(_tokens.Span(0, tokens.Length));
        for (var i = 0; i < _present.Length; i++) EnsureCache(ref _present[i], all);

        NativeOrt.Bind(_decoder, _names.Tokens, _tokens.Pointer, [Rows, tokensPerRow], output: false);
        NativeOrt.Bind(_decoder, _names.Logits, _logits.Pointer, [Rows, Layout.Vocabulary], output: true);
        NativeOrt.Bind(_decoder, _names.Alignment, _alignment.Pointer, [Rows, Layout.AlignmentHeads, tokensPerRow, EncoderFrames], output: true);
        for (var i = 0; i < _present.Length; i++)
        {
            // before the first token there is no past: no bytes, but an address all the same
            NativeOrt.Bind(_decoder, _names.Past[i], (_past[i] ?? _present[i])!.Pointer, [Rows, Layout.Heads, _pastTokens, Layout.Width], output: false);
            NativeOrt.Bind(_decoder, _names.Present[i], _present[i]!.Pointer, [Rows, Layout.Heads, all, Layout.Width], output: true);
            // a single utterance's output serves all its rows: the graph's products broadcast it
            NativeOrt.Bind(_decoder, _names.Cross[i], _cross[i]!.Pointer, [_utterances, Layout.Heads, EncoderFrames, Layout.Width], output: false);
        }

        Run(_sessions.Decoder, _decoder, _sessions.DecoderFile, Rows);
        (_past, _present) = (_present, _past);
        (_pastTokens, _stepTokens) = (all, tokensPerRow);
    }

    public Span<float> Logits(int row) => _logits.Span(row * Layout.Vocabulary, Layout.Vocabulary);

    public ReadOnlySpan<float> Alignment(int row, int head, int token = -1) =>
        _alignment.Span(((((row * Layout.AlignmentHeads) + head) * _stepTokens) + (token < 0 ? _stepTokens - 1 : token)) * EncoderFrames, EncoderFrames);

    public void RemoveRow(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        ArgumentOutOfRangeException.ThrowIfNotEqual(Rows, _utterances, nameof(row));
        var last = _utterances = --Rows;
        if (row == last) return;
        MoveRow(_cross, last, row, Layout.KeyFloats * EncoderFrames);
        MoveRow(_past, last, row, Layout.KeyFloats * _pastTokens);
    }

    public void Branch(ReadOnlySpan<int> parents)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(_utterances, 1, nameof(parents));
        ArgumentOutOfRangeException.ThrowIfLessThan(parents.Length, 1, nameof(parents));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parents.Length, MaxRows, nameof(parents));
        if (parents.Length == Rows && IsInOrder(parents)) return;
        var floats = Layout.KeyFloats * _pastTokens;
        var rows = Rows;
        Rows = parents.Length;
        for (var i = 0; i < _past.Length; i++)
        {
            EnsureCache(ref _present[i], _pastTokens);
            for (var row = 0; row < parents.Length; row++)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)parents[row], (uint)rows, nameof(parents));
                _past[i]!.Span(parents[row] * floats, floats).CopyTo(_present[i]!.Span(row * floats, floats));
            }
        }

        (_past, _present) = (_present, _past);
    }

    public void Rewind()
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(_utterances, 1, nameof(Rows));
        (Rows, _pastTokens) = (1, 0);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _encoder.Dispose();
        _decoder.Dispose();
        _runOptions.Dispose();
        _sessions.Release();
    }

    private static bool IsInOrder(ReadOnlySpan<int> parents)
    {
        for (var row = 0; row < parents.Length; row++)
            if (parents[row] != row) return false;
        return true;
    }

    private static void MoveRow(PinnedBuffer<float>?[] tensors, int from, int to, int floats)
    {
        foreach (var tensor in tensors) tensor!.Span(from * floats, floats).CopyTo(tensor.Span(to * floats, floats));
    }

    private static void Ensure<T>(ref PinnedBuffer<T>? buffer, int length)
        where T : unmanaged
    {
        if (buffer is null || buffer.Length < length) buffer = new PinnedBuffer<T>(length);
    }

    private void EnsureCache(ref PinnedBuffer<float>? buffer, int tokens)
    {
        if (buffer is not null && buffer.Length >= Rows * Layout.KeyFloats * tokens) return;
        var room = FirstCacheTokens;
        while (room < tokens) room *= 2;
        buffer = new PinnedBuffer<float>(checked(MaxRows * Layout.KeyFloats * Math.Min(room, Layout.ContextTokens)));
    }

    private void Run(InferenceSession session, OrtIoBinding binding, string file, int rows)
    {
        try
        {
            session.RunWithBinding(_runOptions, binding);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SpeechModelException($"{file} failed on {rows} rows of {_melFrames} mel frames. (ONNX Runtime: {e.Message})", file, e);
        }
    }
}
