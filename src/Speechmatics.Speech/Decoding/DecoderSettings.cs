using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Decoding.Fusion;

namespace Speechmatics.Speech.Decoding;

/// <summary>How one session decodes. Immutable; the defaults are plain greedy decoding.</summary>
internal sealed record DecoderSettings
{
    public static DecoderSettings Greedy { get; } = new();

    /// <summary>Language model and custom vocabulary, or null for neither.</summary>
    public ShallowFusion? Fusion { get; init; }

    /// <summary>Hypotheses kept; 1 is greedy.</summary>
    public int BeamSize { get; init; } = 1;

    /// <summary>A gap between tokens of this many encoder frames ends the sentence: the language model begins anew and the best hypothesis wins.</summary>
    public long PauseFrames { get; init; } = long.MaxValue;

    /// <summary>Beam search: a token of the best hypothesis this many encoder frames old is certain, and hypotheses without it are dropped. Bounds memory and delay.</summary>
    public int DecisionFrames { get; init; } = 25;

    /// <summary>What tokens report as their confidence.</summary>
    public ConfidenceMeasure Confidence { get; init; }

    /// <summary>A fresh state for these settings.</summary>
    public DecoderState CreateState(Models.TransducerVocabulary vocabulary) =>
        BeamSize == 1 ? new GreedyDecoderState(vocabulary, this) : new Beam.BeamDecoderState(vocabulary, this);
}
