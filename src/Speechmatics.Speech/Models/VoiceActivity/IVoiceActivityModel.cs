namespace Speechmatics.Speech.Models;

/// <summary>What a session pool needs of a voice activity model. <see cref="VoiceActivityModel"/> is the real one; tests put fakes here. Thread-safe; what it creates belongs to one thread at a time.</summary>
internal interface IVoiceActivityModel
{
    VoiceActivityLayout Layout { get; }

    /// <inheritdoc cref="VoiceActivityModel.ContentHash"/>
    string ContentHash { get; }

    /// <summary>Creates the model's runner for one thread, with buffers for up to <paramref name="maxRows"/> streams.</summary>
    IVoiceActivityStep CreateStep(int maxRows);
}
