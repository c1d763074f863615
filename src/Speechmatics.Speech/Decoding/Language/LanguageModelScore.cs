namespace Speechmatics.Speech.Decoding.Language;

/// <summary>How well a language model foresees a text.</summary>
public sealed record LanguageModelScore
{
    /// <summary>Sentences measured.</summary>
    public required long Sentences { get; init; }

    /// <summary>Words measured.</summary>
    public required long Words { get; init; }

    /// <summary>Tokens measured, without sentence ends.</summary>
    public required long Tokens { get; init; }

    /// <summary>Lines left out because they hold characters that the model cannot write.</summary>
    public required long SkippedLines { get; init; }

    /// <summary>Natural logarithm of the text's probability, sentence ends included.</summary>
    public required double LogProbability { get; init; }

    /// <summary>Perplexity for each word and sentence end.</summary>
    public double WordPerplexity => Math.Exp(-LogProbability / (Words + Sentences));

    /// <summary>Perplexity for each token and sentence end.</summary>
    public double TokenPerplexity => Math.Exp(-LogProbability / (Tokens + Sentences));
}
