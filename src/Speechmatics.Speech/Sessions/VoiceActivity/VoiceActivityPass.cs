using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>One worker's runs of the voice activity model: for each step, over the windows of all its sessions that ask for it. Allocates only when a step is larger than all before.</summary>
internal sealed class VoiceActivityPass : IDisposable
{
    private readonly SessionEngine _engine;
    private readonly VoiceActivityLayout _layout;
    private readonly IVoiceActivityStep _step;
    private readonly SessionStream[] _streams;
    private readonly StepKind[] _kinds;
    private readonly int[] _windows;
    private float[] _samples = [];
    private float[] _probabilities = [];

    public VoiceActivityPass(SessionEngine engine, int maxRows)
    {
        _engine = engine;
        _layout = engine.VoiceActivityModel!.Layout;
        _step = engine.VoiceActivityModel.CreateStep(maxRows);
        _streams = new SessionStream[maxRows];
        _kinds = new StepKind[maxRows];
        _windows = new int[maxRows];
    }

    /// <summary>
    /// Hears the step's chunks. Call it after the encoder's windows are filled: then the audio is claimed. A failure is the failure of the sessions it is for, of no others. Returns the clock's ticks it took.
    /// </summary>
    public long Run(StepBatch batch)
    {
        var rows = 0;
        for (var row = 0; row < batch.Rows; row++)
        {
            if (batch.Stream(row).Voice is null) continue;
            _streams[rows] = batch.Stream(row);
            _kinds[rows++] = batch.Kind(row);
        }

        if (rows == 0) return 0;
        var start = _engine.Clock.GetTimestamp();
        try
        {
            Run(rows, batch.ChunkFrames);
        }
        catch (Exception failure)
        {
            for (var row = 0; row < rows; row++) _streams[row].Voice!.Failure = failure;
        }
        finally
        {
            Array.Clear(_streams, 0, rows);
        }

        return _engine.Clock.GetTimestamp() - start;
    }

    /// <summary>Runs as many windows of silence as a chunk has, for the measure of what a full step costs.</summary>
    public void RunSilence(int rows, int chunkFrames)
    {
        _step.Begin(rows);
        for (var row = 0; row < rows; row++) _step.Input(row).Clear();
        for (var window = WindowsOf(chunkFrames); window > 0; window--) _step.Run();
    }

    public void Dispose() => _step.Dispose();

    private int WindowsOf(int chunkFrames) => ((chunkFrames * _engine.Layout.SamplesPerEncoderFrame) / _layout.WindowSamples) + 1;

    private void Run(int rows, int chunkFrames)
    {
        var limit = WindowsOf(chunkFrames);
        var stride = _layout.ContextSamples + (limit * _layout.WindowSamples);
        if (_samples.Length < rows * stride) _samples = new float[rows * stride];
        if (_probabilities.Length < rows * limit) _probabilities = new float[rows * limit];
        _step.Begin(rows);
        var most = 0;
        for (var row = 0; row < rows; row++)
        {
            var voice = _streams[row].Voice!;
            _windows[row] = voice.Fill(_streams[row], _kinds[row], chunkFrames, _samples.AsSpan(row * stride, stride));
            voice.LoadState(_step, row);
            most = Math.Max(most, _windows[row]);
        }

        for (var window = 0; window < most; window++)
        {
            // a row that has no more windows runs on over what it had: rows do not touch one another
            for (var row = 0; row < rows; row++)
                if (window < _windows[row]) _samples.AsSpan((row * stride) + (window * _layout.WindowSamples), _layout.InputSamples).CopyTo(_step.Input(row));
            _step.Run();
            for (var row = 0; row < rows; row++)
            {
                if (window >= _windows[row]) continue;
                _probabilities[(row * limit) + window] = _step.Probability(row);
                if (window == _windows[row] - 1 && _kinds[row] == StepKind.Chunk) _streams[row].Voice!.SaveState(_step, row);
            }
        }

        for (var row = 0; row < rows; row++)
            _streams[row].Voice!.Take(_streams[row], _kinds[row], _probabilities.AsSpan(row * limit, _windows[row]), _samples.AsSpan(row * stride, stride));
    }
}
