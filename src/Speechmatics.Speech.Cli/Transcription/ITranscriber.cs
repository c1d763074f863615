using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>What the commands need of the recognizer; tests put a scripted one here. Several inputs may be transcribed at once.</summary>
internal interface ITranscriber : IAsyncDisposable
{
    /// <summary>Recognises one input from its start to its end. Progress is reported synchronously, now and then.</summary>
    IAsyncEnumerable<SpeechEvent> TranscribeAsync(AudioInput input, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken);
}
