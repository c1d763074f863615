using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>
/// A voice activity model that hears speech in every window whose loudest sample reaches 0.25, at any sample rate. Its windows are 90 samples, no divisor of a chunk, and its step checks what the pool must get right: that each row's
/// state and context are those its stream's last window left.
/// </summary>
internal sealed class FakeVoiceActivityModel(int sampleRate = FakePools.SampleRate) : IVoiceActivityModel
{
    private const int Window = 90;
    private const int Context = 10;

    /// <summary>Asked before each run with the number of rows; true makes it fail.</summary>
    public Func<int, bool> ShouldFail { get; set; } = _ => false;

    /// <summary>Called with the samples of every window run.</summary>
    public Action<float[]>? Heard { get; set; }

    public VoiceActivityLayout Layout { get; } = new() { SampleRate = sampleRate, WindowSamples = Window, ContextSamples = Context, StateLayers = 2, StateWidth = Context };

    public string ContentHash => "fake voice activity";

    public IVoiceActivityStep CreateStep(int maxRows) => new Step(this, maxRows);

    private sealed class Step(FakeVoiceActivityModel model, int maxRows) : IVoiceActivityStep
    {
        private readonly float[][] _inputs = [.. Enumerable.Range(0, maxRows).Select(_ => new float[Context + Window])];
        private readonly float[][] _states = [.. Enumerable.Range(0, maxRows).Select(_ => new float[2 * Context])];
        private readonly float[] _probabilities = new float[maxRows];
        private int _rows;

        public int MaxRows => maxRows;

        public void Begin(int rows) => _rows = rows;

        public Span<float> Input(int row) => _inputs[row];

        public void LoadState(int row, ReadOnlySpan<float> state) => state.CopyTo(_states[row]);

        public void SaveState(int row, Span<float> state) => _states[row].CopyTo(state);

        public void Run()
        {
            if (model.ShouldFail(_rows)) throw new SpeechModelException("injected");
            for (var row = 0; row < _rows; row++)
            {
                var input = _inputs[row].AsSpan();
                _probabilities[row] = input[Context..].ContainsAnyExceptInRange(-0.25f, 0.25f) ? 1 : 0;

                // the state's first layer is the last window's end: what the context must be. A row that has no more windows repeats its last one
                if (!_states[row].AsSpan(0, Context).SequenceEqual(input[..Context]) && !_states[row].AsSpan(0, Context).SequenceEqual(input[^Context..]))
                    throw new InvalidDataException("The context is not the end of the window before.");
                input[^Context..].CopyTo(_states[row]);
                model.Heard?.Invoke(input[Context..].ToArray());
            }
        }

        public float Probability(int row) => _probabilities[row];

        public void Dispose()
        {
        }
    }
}
