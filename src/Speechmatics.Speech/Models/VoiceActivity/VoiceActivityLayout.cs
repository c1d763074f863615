namespace Speechmatics.Speech.Models;

/// <summary>The shapes of a voice activity model, all read from the package's manifest.</summary>
internal sealed record VoiceActivityLayout
{
    public required int SampleRate { get; init; }

    /// <summary>New samples of each window; windows follow one another without a gap.</summary>
    public required int WindowSamples { get; init; }

    /// <summary>Samples before the window that it is given again.</summary>
    public required int ContextSamples { get; init; }

    /// <summary>Layers of the state.</summary>
    public required int StateLayers { get; init; }

    /// <summary>Floats of one layer's state.</summary>
    public required int StateWidth { get; init; }

    /// <summary>Samples the model sees at a time.</summary>
    public int InputSamples => ContextSamples + WindowSamples;

    /// <summary>Floats of state one stream keeps.</summary>
    public int StateFloats => StateLayers * StateWidth;
}
