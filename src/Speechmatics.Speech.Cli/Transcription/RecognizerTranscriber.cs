using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>The commands' way to the library. TO BE FILLED when the Recognition layer is merged; everything else in the tool is complete.</summary>
internal sealed class RecognizerTranscriber : ITranscriber
{
    private RecognizerTranscriber()
    {
    }

    /// <summary>Loads the model; <see cref="ChunkSizes.ToFrames"/> turns the settings' chunk into frames.</summary>
    public static Task<ITranscriber> CreateAsync(TranscriberSettings settings, CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{nameof(RecognizerTranscriber)} waits for the Recognition layer.");

    /// <summary>The facts of the package at <paramref name="path"/>.</summary>
    public static Task<ModelFacts> InspectAsync(string path, CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{nameof(RecognizerTranscriber)} waits for SpeechModel's public facts.");

    public IAsyncEnumerable<SpeechEvent> TranscribeAsync(AudioInput input, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{nameof(RecognizerTranscriber)} waits for the Recognition layer.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
