namespace Speechmatics.Speech.Features;

/// <summary>What is done to log-mel frames after the logarithm.</summary>
internal enum FeatureNormalisation
{
    /// <summary>Nothing: what streaming models are trained with.</summary>
    None,

    /// <summary>Each bin to zero mean and unit deviation over the whole utterance, so not for a stream.</summary>
    PerFeature,
}
