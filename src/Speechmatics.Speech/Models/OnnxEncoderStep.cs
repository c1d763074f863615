using Microsoft.ML.OnnxRuntime;

namespace Speechmatics.Speech.Models;

/// <summary>
/// <see cref="IEncoderStep"/> over ONNX Runtime. Inputs and outputs lie in buffers that are made once for the largest chunk and <see cref="MaxRows"/>; they are bound again only when chunk size or row count
/// change, and the state, whose address is new every time, for every run (about half a microsecond for each tensor, where a run takes milliseconds).
/// </summary>
/// <remarks>
/// A row's bits do not depend on its batch: 8-bit products are exact, and ONNX Runtime's float kernels take the rows of a product one by one in the same order. A test compares 1 to 16 rows bit for bit;
/// should a processor's kernels differ there, it fails.
/// </remarks>
internal sealed unsafe class OnnxEncoderStep : IEncoderStep
{
    private readonly OnnxSessions _sessions;
    private readonly EncoderLayout _layout;
    private readonly string _file;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly PinnedBuffer<float> _mel;
    private readonly PinnedBuffer<long> _processed;
    private readonly PinnedBuffer<float> _encoded;
    private readonly PinnedBuffer<float>[] _newStates;
    private readonly byte[] _melName = NativeOrt.PinName(EncoderPorts.Mel);
    private readonly byte[] _processedName = NativeOrt.PinName(EncoderPorts.Processed);
    private readonly byte[] _encodedName = NativeOrt.PinName(EncoderPorts.Encoded);
    private readonly byte[][] _stateNames;
    private readonly byte[][] _newStateNames;
    private int _chunkFrames;
    private int _boundChunkFrames;
    private int _boundRows;
    private bool _disposed;

    public OnnxEncoderStep(OnnxSessions sessions, EncoderLayout layout, string file, int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        var chunk = layout.ChunkFrames[^1];
        (_layout, _file, MaxRows, _chunkFrames) = (layout, file, maxRows, layout.DefaultChunkFrames);
        _mel = new(checked(maxRows * layout.MelWindowFrames(chunk) * layout.MelBins));
        _processed = new(maxRows);
        _encoded = new(checked(maxRows * chunk * layout.OutputWidth));
        _newStates = [.. layout.States.Select(s => new PinnedBuffer<float>(checked(maxRows * s.NewFloatsPerSession(chunk))))];
        _stateNames = [.. layout.States.Select(s => NativeOrt.PinName(s.InputName))];
        _newStateNames = [.. layout.States.Select(s => NativeOrt.PinName(s.OutputName))];
        _sessions = sessions.AddReference();
        _binding = sessions.Encoder.CreateIoBinding();
    }

    public int MaxRows { get; }

    public void SetChunk(int chunkFrames)
    {
        if (!_layout.ChunkFrames.Contains(chunkFrames))
            throw new ArgumentOutOfRangeException(nameof(chunkFrames), chunkFrames, $"The model takes chunks of {string.Join(", ", _layout.ChunkFrames)} encoder frames.");
        _chunkFrames = chunkFrames;
    }

    public Span<float> MelWindow(int row)
    {
        CheckRow(row);
        var floats = _layout.MelWindowFrames(_chunkFrames) * _layout.MelBins;
        return _mel.Span(row * floats, floats);
    }

    public void SetProcessed(int row, long encoderFrames) => _processed.Span(row, 1)[0] = encoderFrames;

    public ReadOnlySpan<float> Encoded(int row)
    {
        CheckRow(row);
        var floats = _chunkFrames * _layout.OutputWidth;
        return _encoded.Span(row * floats, floats);
    }

    public ReadOnlySpan<float> NewState(int state, int row)
    {
        CheckRow(row);
        var floats = _layout.States[state].NewFloatsPerSession(_chunkFrames);
        return _newStates[state].Span(row * floats, floats);
    }

    public void Run(int rows, ReadOnlySpan<nint> stateAddresses)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(stateAddresses.Length, _layout.States.Length, nameof(stateAddresses));
        try
        {
            if (rows != _boundRows || _chunkFrames != _boundChunkFrames)
                BindBuffers(rows);
            for (var i = 0; i < stateAddresses.Length; i++)
            {
                var state = _layout.States[i];
                NativeOrt.Bind(_binding, _stateNames[i], (float*)stateAddresses[i], [rows, state.Heads, state.RingFrames, state.Width], output: false);
            }

            _sessions.Encoder.RunWithBinding(_runOptions, _binding);
            GC.KeepAlive(this);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SpeechModelException($"{_file} failed on {rows} rows of {_chunkFrames} encoder frames. (ONNX Runtime: {e.Message})", _file, e);
        }
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _binding.Dispose();
        _runOptions.Dispose();
        _sessions.Release();
    }

    // the buffers fit the largest chunk, so their own bounds would let a row too many pass
    private void CheckRow(int row) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)MaxRows, nameof(row));

    private void BindBuffers(int rows)
    {
        _boundRows = 0;
        NativeOrt.Bind(_binding, _melName, _mel.Pointer, [rows, _layout.MelWindowFrames(_chunkFrames), _layout.MelBins], output: false);
        NativeOrt.Bind(_binding, _processedName, _processed.Pointer, [rows], output: false);
        NativeOrt.Bind(_binding, _encodedName, _encoded.Pointer, [rows, _chunkFrames, _layout.OutputWidth], output: true);
        for (var i = 0; i < _newStates.Length; i++)
        {
            var state = _layout.States[i];
            NativeOrt.Bind(_binding, _newStateNames[i], _newStates[i].Pointer, [rows, state.Heads, state.FramesPerEncoderFrame * _chunkFrames, state.Width], output: true);
        }

        (_boundRows, _boundChunkFrames) = (rows, _chunkFrames);
    }
}
