using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Sessions;

/// <summary>The real model, whose encoder fails when it is told to.</summary>
internal sealed class FaultyModel(IAcousticModel model) : IAcousticModel
{
    /// <summary>Asked before each run with the number of rows; true makes it fail.</summary>
    public Func<int, bool> ShouldFail { get; set; } = _ => false;

    public int Failures;

    public EncoderLayout Layout => model.Layout;

    public TransducerVocabulary Vocabulary => model.Vocabulary;

    public LogMelTables MelTables => model.MelTables;

    public string ContentHash => model.ContentHash;

    public bool HasHead(TransducerHead head) => model.HasHead(head);

    public IEncoderStep CreateEncoderStep(int maxRows) => new Step(this, model.CreateEncoderStep(maxRows));

    public ITransducerNetwork CreateTransducer(TransducerHead head, int maxRows) => model.CreateTransducer(head, maxRows);

    private sealed class Step(FaultyModel owner, IEncoderStep step) : IEncoderStep
    {
        public int MaxRows => step.MaxRows;

        public void SetChunk(int chunkFrames) => step.SetChunk(chunkFrames);

        public Span<float> MelWindow(int row) => step.MelWindow(row);

        public void SetProcessed(int row, long encoderFrames) => step.SetProcessed(row, encoderFrames);

        public void Run(int rows, ReadOnlySpan<nint> stateAddresses)
        {
            if (owner.ShouldFail(rows))
            {
                Interlocked.Increment(ref owner.Failures);
                throw new SpeechModelException("injected");
            }

            step.Run(rows, stateAddresses);
        }

        public ReadOnlySpan<float> Encoded(int row) => step.Encoded(row);

        public ReadOnlySpan<float> NewState(int state, int row) => step.NewState(state, row);

        public void Dispose() => step.Dispose();
    }
}
