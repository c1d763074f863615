namespace Speechmatics.Speech.Models;

/// <summary>Names of the encoder's inputs and outputs that the package contract fixes; those of the state stand in the manifest.</summary>
internal static class EncoderPorts
{
    public const string Mel = "mel";
    public const string Processed = "processed";
    public const string Encoded = "encoded";
}
