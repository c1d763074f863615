namespace Speechmatics.Speech.Models;

/// <summary>Names of the graph's inputs and outputs, which the package contract fixes.</summary>
internal static class VoiceActivityPorts
{
    public const string Input = "input";
    public const string State = "state";
    public const string SampleRate = "sr";
    public const string Output = "output";
    public const string NewState = "stateN";
}
