using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>What the command line says about recognition.</summary>
internal sealed record TranscriberSettings
{
    public required string ModelPath { get; init; }

    /// <summary>The folder of the second pass's model; null for the standard operating point.</summary>
    public string? EnhancedModelPath { get; init; }

    /// <summary>The folder of the voice activity model; null for none.</summary>
    public string? VoiceActivityModelPath { get; init; }

    /// <summary>Milliseconds of audio in a chunk; null for the model's default.</summary>
    public int? ChunkMilliseconds { get; init; }

    /// <summary>Milliseconds of silence that end an utterance; null for the library's default.</summary>
    public int? EndpointMilliseconds { get; init; }

    public TransducerHead Head { get; init; } = TransducerHead.Tdt;

    /// <summary>Hypotheses of the beam search; 1 is greedy.</summary>
    public int BeamSize { get; init; } = 1;

    /// <summary>Texts that the second pass follows side by side; 1 is greedy.</summary>
    public int SecondPassBeamSize { get; init; } = 1;

    /// <summary>A compiled language model; null for none.</summary>
    public string? LanguageModelPath { get; init; }

    /// <summary>Null for the library's default.</summary>
    public float? LanguageModelWeight { get; init; }

    /// <summary>A list of phrases, see <see cref="VocabularyFile"/>; null for none.</summary>
    public string? VocabularyPath { get; init; }

    public TextFormatting Formatting { get; init; }

    public bool RemoveDisfluencies { get; init; }

    public bool MaskProfanity { get; init; }

    public ConfidenceMeasure Confidence { get; init; }

    public bool Partials { get; init; }

    /// <summary>How many inputs will be transcribed at once.</summary>
    public int Parallel { get; init; } = 1;
}
