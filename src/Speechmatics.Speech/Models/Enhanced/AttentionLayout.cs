namespace Speechmatics.Speech.Models;

/// <summary>The shapes of an attention encoder-decoder that reads whole utterances, all read from the package's manifest.</summary>
internal sealed record AttentionLayout
{
    public required int SampleRate { get; init; }

    /// <summary>Mel bins of one frame.</summary>
    public required int MelBins { get; init; }

    /// <summary>Samples from one mel frame to the next.</summary>
    public required int HopSamples { get; init; }

    /// <summary>The longest utterance the encoder takes, padding included, in seconds.</summary>
    public required int MaxSeconds { get; init; }

    /// <summary>Mel frames for each frame of the encoder's output.</summary>
    public required int MelFramesPerEncoderFrame { get; init; }

    /// <summary>Decoder layers; each has its own keys and values.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads of a layer.</summary>
    public required int Heads { get; init; }

    /// <summary>Floats for each head and frame or token.</summary>
    public required int Width { get; init; }

    /// <summary>Tokens the decoder can see, the prompt included.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Heads whose attention follows the audio, given out for word times.</summary>
    public required int AlignmentHeads { get; init; }

    /// <summary>Logits of one row.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Mel frames of the longest utterance.</summary>
    public int MaxMelFrames => MaxSeconds * SampleRate / HopSamples;

    /// <summary>Samples of one encoder frame.</summary>
    public int SamplesPerEncoderFrame => HopSamples * MelFramesPerEncoderFrame;

    /// <summary>Floats of one row in one tensor of keys or values, for each token or encoder frame.</summary>
    public int KeyFloats => Heads * Width;
}
