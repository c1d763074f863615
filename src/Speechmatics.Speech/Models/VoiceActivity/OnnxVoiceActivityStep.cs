using Microsoft.ML.OnnxRuntime;

namespace Speechmatics.Speech.Models;

/// <summary>
/// <see cref="IVoiceActivityStep"/> over ONNX Runtime. The state goes back and forth between two buffers: what one run writes the next one reads, through two bindings that stay as they are while the
/// number of rows does.
/// </summary>
internal sealed unsafe class OnnxVoiceActivityStep : IVoiceActivityStep
{
    private readonly VoiceActivitySession _session;
    private readonly VoiceActivityLayout _layout;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding[] _bindings;
    private readonly PinnedBuffer<float> _input;
    private readonly PinnedBuffer<float> _probabilities;
    private readonly PinnedBuffer<float>[] _states;
    private readonly PinnedBuffer<long> _rate = new(1);
    private readonly byte[] _inputName = NativeOrt.PinName(VoiceActivityPorts.Input);
    private readonly byte[] _stateName = NativeOrt.PinName(VoiceActivityPorts.State);
    private readonly byte[] _rateName = NativeOrt.PinName(VoiceActivityPorts.SampleRate);
    private readonly byte[] _outputName = NativeOrt.PinName(VoiceActivityPorts.Output);
    private readonly byte[] _newStateName = NativeOrt.PinName(VoiceActivityPorts.NewState);
    private int _rows;
    private int _boundRows;
    private int _current;
    private bool _disposed;

    public OnnxVoiceActivityStep(VoiceActivitySession session, VoiceActivityLayout layout, int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        (_layout, MaxRows) = (layout, maxRows);
        _input = new(checked(maxRows * layout.InputSamples));
        _probabilities = new(maxRows);
        _states = [new(checked(maxRows * layout.StateFloats)), new(checked(maxRows * layout.StateFloats))];
        _rate.Span(0, 1)[0] = layout.SampleRate;
        _session = session.AddReference();
        _bindings = [session.Network.CreateIoBinding(), session.Network.CreateIoBinding()];
    }

    public int MaxRows { get; }

    public void Begin(int rows)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        _rows = rows;
        if (rows == _boundRows) return;
        _boundRows = 0;
        for (var i = 0; i < 2; i++)
        {
            NativeOrt.Bind(_bindings[i], _inputName, _input.Pointer, [rows, _layout.InputSamples], output: false);
            NativeOrt.Bind(_bindings[i], _stateName, _states[i].Pointer, [_layout.StateLayers, rows, _layout.StateWidth], output: false);
            NativeOrt.Bind(_bindings[i], _rateName, _rate.Pointer, [], output: false);
            NativeOrt.Bind(_bindings[i], _outputName, _probabilities.Pointer, [rows, 1], output: true);
            NativeOrt.Bind(_bindings[i], _newStateName, _states[1 - i].Pointer, [_layout.StateLayers, rows, _layout.StateWidth], output: true);
        }

        _boundRows = rows;
    }

    public Span<float> Input(int row)
    {
        CheckRow(row);
        return _input.Span(row * _layout.InputSamples, _layout.InputSamples);
    }

    public void LoadState(int row, ReadOnlySpan<float> state)
    {
        for (var layer = 0; layer < _layout.StateLayers; layer++) state.Slice(layer * _layout.StateWidth, _layout.StateWidth).CopyTo(State(row, layer));
    }

    public void SaveState(int row, Span<float> state)
    {
        for (var layer = 0; layer < _layout.StateLayers; layer++) State(row, layer).CopyTo(state[(layer * _layout.StateWidth)..]);
    }

    public void Run()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            _session.Network.RunWithBinding(_runOptions, _bindings[_current]);
            GC.KeepAlive(this);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SpeechModelException($"{_session.File} failed on {_rows} rows. (ONNX Runtime: {e.Message})", _session.File, e);
        }

        _current = 1 - _current;
    }

    public float Probability(int row)
    {
        CheckRow(row);
        return _probabilities.Span(row, 1)[0];
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (var binding in _bindings) binding.Dispose();
        _runOptions.Dispose();
        _session.Release();
    }

    private Span<float> State(int row, int layer)
    {
        CheckRow(row);
        return _states[_current].Span(((layer * _rows) + row) * _layout.StateWidth, _layout.StateWidth);
    }

    private void CheckRow(int row) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_rows, nameof(row));
}
