namespace Speechmatics.Speech.Models;

/// <summary>Names and sizes of the predictor's and joiner's inputs and outputs that the package contract fixes.</summary>
internal static class TransducerPorts
{
    public const string Tokens = "tokens";
    public const string Encoded = "encoded";
    public const string Predicted = "predicted";
    public const string Logits = "logits";

    /// <summary>Logits of one joiner row.</summary>
    public static int LogitCount(TransducerVocabulary vocabulary, TransducerHead head) =>
        vocabulary.TokenCount + (head == TransducerHead.Tdt ? vocabulary.Durations.Length : 0);
}
