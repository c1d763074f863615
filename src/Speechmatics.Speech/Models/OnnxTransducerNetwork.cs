using Microsoft.ML.OnnxRuntime;

namespace Speechmatics.Speech.Models;

/// <summary><see cref="ITransducerNetwork"/> over ONNX Runtime: buffers made once for <see cref="MaxRows"/>, bound again only when the row count changes.</summary>
/// <remarks>
/// The weights are constants that ONNX Runtime packs when it opens the file, and its product over packed weights has no other path for a single row: one row and 64 give the same bits, which a
/// test compares, so nothing is padded.
/// </remarks>
internal sealed unsafe class OnnxTransducerNetwork : ITransducerNetwork
{
    private readonly OnnxSessions _sessions;
    private readonly InferenceSession _joiner;
    private readonly string _joinerFile;
    private readonly string _predictorFile;
    private readonly int _contextTokens;
    private readonly int _logitCount;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _joinerBinding;
    private readonly OrtIoBinding _predictorBinding;
    private readonly PinnedBuffer<float> _encoded;
    private readonly PinnedBuffer<float> _joinerPredicted;
    private readonly PinnedBuffer<float> _logits;
    private readonly PinnedBuffer<long> _context;
    private readonly PinnedBuffer<float> _predicted;
    private readonly byte[] _encodedName = NativeOrt.PinName(TransducerPorts.Encoded);
    private readonly byte[] _predictedName = NativeOrt.PinName(TransducerPorts.Predicted);
    private readonly byte[] _logitsName = NativeOrt.PinName(TransducerPorts.Logits);
    private readonly byte[] _tokensName = NativeOrt.PinName(TransducerPorts.Tokens);
    private int _joinerRows;
    private int _predictorRows;
    private bool _disposed;

    public OnnxTransducerNetwork(OnnxSessions sessions, ModelPackage package, TransducerHead head, int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        MaxRows = maxRows;
        Width = package.Layout.OutputWidth;
        _contextTokens = package.Vocabulary.ContextTokens;
        _logitCount = TransducerPorts.LogitCount(package.Vocabulary, head);
        (_joinerFile, _predictorFile) = (package.Joiners[head].Path, package.Predictor.Path);
        _encoded = new(checked(maxRows * Width));
        _joinerPredicted = new(checked(maxRows * Width));
        _logits = new(checked(maxRows * _logitCount));
        _context = new(checked(maxRows * _contextTokens));
        _predicted = new(checked(maxRows * Width));
        _sessions = sessions.AddReference();
        _joiner = sessions.Joiner(head);
        _joinerBinding = _joiner.CreateIoBinding();
        _predictorBinding = sessions.Predictor.CreateIoBinding();
    }

    public int MaxRows { get; }

    public int Width { get; }

    public Span<float> JoinerEncoded(int row) => _encoded.Span(row * Width, Width);

    public Span<float> JoinerPredicted(int row) => _joinerPredicted.Span(row * Width, Width);

    public ReadOnlySpan<float> Logits(int row) => _logits.Span(row * _logitCount, _logitCount);

    public Span<long> PredictorContext(int row) => _context.Span(row * _contextTokens, _contextTokens);

    public ReadOnlySpan<float> Predicted(int row) => _predicted.Span(row * Width, Width);

    public void RunJoiner(int rows)
    {
        CheckRows(rows);
        try
        {
            if (rows != _joinerRows)
            {
                _joinerRows = 0;
                NativeOrt.Bind(_joinerBinding, _encodedName, _encoded.Pointer, [rows, Width], output: false);
                NativeOrt.Bind(_joinerBinding, _predictedName, _joinerPredicted.Pointer, [rows, Width], output: false);
                NativeOrt.Bind(_joinerBinding, _logitsName, _logits.Pointer, [rows, _logitCount], output: true);
                _joinerRows = rows;
            }

            _joiner.RunWithBinding(_runOptions, _joinerBinding);
            GC.KeepAlive(this);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SpeechModelException($"{_joinerFile} failed on {rows} rows. (ONNX Runtime: {e.Message})", _joinerFile, e);
        }
    }

    public void RunPredictor(int rows)
    {
        CheckRows(rows);
        try
        {
            if (rows != _predictorRows)
            {
                _predictorRows = 0;
                NativeOrt.Bind(_predictorBinding, _tokensName, _context.Pointer, [rows, _contextTokens], output: false);
                NativeOrt.Bind(_predictorBinding, _predictedName, _predicted.Pointer, [rows, Width], output: true);
                _predictorRows = rows;
            }

            _sessions.Predictor.RunWithBinding(_runOptions, _predictorBinding);
            GC.KeepAlive(this);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SpeechModelException($"{_predictorFile} failed on {rows} rows. (ONNX Runtime: {e.Message})", _predictorFile, e);
        }
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _joinerBinding.Dispose();
        _predictorBinding.Dispose();
        _runOptions.Dispose();
        _sessions.Release();
    }

    private void CheckRows(int rows)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
    }
}
