using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>
/// A model of a few floats whose words depend on the frame's number alone: speech for 40 frames of every 64, one word every 4 frames. Its encoder checks what the pool must get right: the ring of each session
/// holds exactly the frames it should.
/// </summary>
internal sealed class FakeModel : IAcousticModel
{
    public const int Period = 64;
    private const int Ring = 8;
    private const int HighPart = 1 << 20;

    public FakeModel(int sampleRate = 4000)
    {
        Layout = new EncoderLayout
        {
            SampleRate = sampleRate,
            MelBins = 4,
            HopSamples = sampleRate / 100,
            MelFramesPerEncoderFrame = 8,
            MelFramesBefore = 2,
            MelFramesAfter = 1,
            SilenceMel = MathF.Log(5.9604645e-8f),
            ChunkFrames = [2, 4, 8, 16],
            DefaultChunkFrames = 8,
            OutputWidth = 2,
            States = [new StateTensor("state", "new_state", 1, Ring, 2, 1)],
        };
        MelTables = new LogMelTables(new LogMelOptions
        {
            SampleRate = sampleRate,
            Bins = 4,
            HopSamples = sampleRate / 100,
            WindowSamples = sampleRate / 40,
            FftSamples = sampleRate / 40,
            HighHz = sampleRate / 2.0,
        });
    }

    /// <summary>The word at a frame, or none. Called with the number of the frame counted from the stream's start.</summary>
    public Func<long, bool> IsSpeech { get; set; } = frame => frame % Period < 40;

    /// <summary>Called inside each encoder run with its number of rows: for faults and for step times.</summary>
    public Action<int>? Running { get; set; }

    /// <summary>Called with each row of each run: its chunk's first frame.</summary>
    public Action<long>? Row { get; set; }

    public EncoderLayout Layout { get; }

    public TransducerVocabulary Vocabulary { get; init; } = new()
    {
        Pieces = ["▁one", "▁two", "▁three", "▁four", "<blank>"],
        BlankId = 4,
        ContextTokens = 2,
        Durations = [0, 1, 2, 3, 4],
        MaxSymbolsPerFrame = 5,
    };

    public LogMelTables MelTables { get; }

    public string ContentHash => "fake";

    public bool HasHead(TransducerHead head) => head == TransducerHead.Tdt;

    public IEncoderStep CreateEncoderStep(int maxRows) => new Step(this, maxRows);

    public ITransducerNetwork CreateTransducer(TransducerHead head, int maxRows) => new Network(this, maxRows);

    /// <summary>The word that begins at a frame of speech.</summary>
    public string WordAt(long frame) => Vocabulary.Pieces[(int)(frame / 4 % 4)][1..];

    private sealed class Step(FakeModel model, int maxRows) : IEncoderStep
    {
        private readonly float[] _mel = new float[maxRows * model.Layout.MelWindowFrames(16) * model.Layout.MelBins];
        private readonly float[] _encoded = new float[maxRows * 16 * 2];
        private readonly long[] _processed = new long[maxRows];
        private int _chunk;

        public int MaxRows => maxRows;

        public void SetChunk(int chunkFrames) => _chunk = chunkFrames;

        public Span<float> MelWindow(int row)
        {
            var floats = model.Layout.MelWindowFrames(_chunk) * model.Layout.MelBins;
            return _mel.AsSpan(row * floats, floats);
        }

        public void SetProcessed(int row, long encoderFrames) => _processed[row] = encoderFrames;

        public unsafe void Run(int rows, ReadOnlySpan<nint> stateAddresses)
        {
            model.Running?.Invoke(rows);
            for (var row = 0; row < rows; row++)
            {
                model.Row?.Invoke(_processed[row]);
                var ring = new ReadOnlySpan<float>((float*)stateAddresses[0] + (row * Ring * 2), Ring * 2);
                for (var back = 1; back <= Math.Min(Ring, _processed[row]); back++)
                {
                    var frame = _processed[row] - back;
                    var slot = (int)(frame % Ring) * 2;
                    if (((long)ring[slot] * HighPart) + (long)ring[slot + 1] != frame)
                        throw new InvalidDataException($"The ring's place for frame {frame} holds {ring[slot]}, {ring[slot + 1]}.");
                }

                for (var i = 0; i < _chunk; i++)
                {
                    var frame = _processed[row] + i;
                    _encoded[(((row * _chunk) + i) * 2) + 0] = frame / HighPart;
                    _encoded[(((row * _chunk) + i) * 2) + 1] = frame % HighPart;
                }
            }
        }

        public ReadOnlySpan<float> Encoded(int row) => _encoded.AsSpan(row * _chunk * 2, _chunk * 2);

        public ReadOnlySpan<float> NewState(int state, int row) => Encoded(row);

        public void Dispose()
        {
        }
    }

    private sealed class Network(FakeModel model, int maxRows) : ITransducerNetwork
    {
        private readonly float[] _encoded = new float[maxRows * 2];
        private readonly float[] _predicted = new float[maxRows * 2];
        private readonly float[] _logits = new float[maxRows * 10];
        private readonly long[] _contexts = new long[maxRows * 2];

        public int MaxRows => maxRows;

        public int Width => 2;

        public Span<float> JoinerEncoded(int row) => _encoded.AsSpan(row * 2, 2);

        public Span<float> JoinerPredicted(int row) => _predicted.AsSpan(row * 2, 2);

        public void RunJoiner(int rows)
        {
            for (var row = 0; row < rows; row++)
            {
                var frame = ((long)_encoded[row * 2] * HighPart) + (long)_encoded[(row * 2) + 1];
                var logits = _logits.AsSpan(row * 10, 10);
                logits.Clear();
                var word = frame % 4 == 0 && model.IsSpeech(frame);
                logits[word ? (int)(frame / 4 % 4) : 4] = 10;
                logits[5 + (word ? 3 : 4 - (int)(frame % 4))] = 10;
            }
        }

        public ReadOnlySpan<float> Logits(int row) => _logits.AsSpan(row * 10, 10);

        public Span<long> PredictorContext(int row) => _contexts.AsSpan(row * 2, 2);

        public void RunPredictor(int rows)
        {
        }

        public ReadOnlySpan<float> Predicted(int row) => _predicted.AsSpan(row * 2, 2);

        public void Dispose()
        {
        }
    }
}
