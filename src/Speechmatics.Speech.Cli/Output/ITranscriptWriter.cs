using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>Writes the events of one recording in one format. Belongs to one thread at a time.</summary>
internal interface ITranscriptWriter
{
    void Write(SpeechEvent speechEvent);

    /// <summary>No more events: writes what was held back. <paramref name="error"/> says why recognition broke off, null when it did not.</summary>
    void End(string? error);
}
