using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli;

/// <summary>What the commands work with; tests replace any of it.</summary>
internal sealed record ToolServices
{
    public required Terminal Terminal { get; init; }

    public Func<TranscriberSettings, CancellationToken, Task<ITranscriber>> CreateTranscriber { get; init; } = RecognizerTranscriber.CreateAsync;

    public Func<string, CancellationToken, Task<ModelFacts>> InspectModel { get; init; } = RecognizerTranscriber.InspectAsync;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
