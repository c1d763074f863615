using Speechmatics.Speech.Features;

namespace Speechmatics.Speech.Models;

/// <summary>
/// What a session pool runs on: shapes, and makers of the steps. <c>SpeechModel</c> is the real one; tests put fakes here for
/// faults and for simulated time. Thread-safe; what it creates belongs to one thread at a time.
/// </summary>
internal interface IAcousticModel
{
    EncoderLayout Layout { get; }

    TransducerVocabulary Vocabulary { get; }

    /// <summary>The tables of the model's features, shared by all sessions.</summary>
    LogMelTables MelTables { get; }

    /// <summary>SHA-256 over the package's manifest and the files it names, as lower-case hex: tells snapshots of one model from another's.</summary>
    string ContentHash { get; }

    /// <summary>The compiled language model that comes with the package, or null.</summary>
    string? LanguageModelPath => null;

    bool HasHead(TransducerHead head);

    /// <summary>Creates the encoder's runner for one thread: it owns the input and output buffers for up to <paramref name="maxRows"/> sessions.</summary>
    IEncoderStep CreateEncoderStep(int maxRows);

    /// <summary>Creates predictor and joiner for one thread, with buffers for up to <paramref name="maxRows"/> rows.</summary>
    ITransducerNetwork CreateTransducer(TransducerHead head, int maxRows);
}
