using System.Collections.Immutable;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>Transcribes several recordings, some at once, and writes their results in the order in which they were named. One that fails does not stop the others.</summary>
internal sealed class TranscribeJob(ToolServices services, ErrorReport errors)
{
    private int _failed;

    public required ImmutableArray<AudioInput> Inputs { get; init; }

    public required TranscriberSettings Settings { get; init; }

    public required TranscriptFormat Format { get; init; }

    /// <summary>Null for standard output.</summary>
    public required string? OutputFolder { get; init; }

    private Terminal Terminal => services.Terminal;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var transcriber = await services.CreateTranscriber(Settings, cancellationToken).ConfigureAwait(false);
        await using var _ = transcriber.ConfigureAwait(false);
        if (OutputFolder is not null)
            Directory.CreateDirectory(OutputFolder);

        var ordered = new OrderedOutput(Terminal.Out);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Settings.Parallel, CancellationToken = cancellationToken };
        var showProgress = OutputFolder is not null || !Terminal.OutIsTerminal;
        await ProgressDisplay.RunAsync(Terminal, showProgress, errors, display =>
            Parallel.ForEachAsync(Inputs.Index(), options, async (input, token) =>
            {
                using var progress = display.Start(input.Item.BaseName);
                if (OutputFolder is null)
                    await ToStandardOutputAsync(transcriber, ordered, input.Index, input.Item, progress, token).ConfigureAwait(false);
                else if (!await ToFileAsync(transcriber, input.Item, progress, token).ConfigureAwait(false))
                    Interlocked.Increment(ref _failed);
            })).ConfigureAwait(false);

        if (OutputFolder is null && Inputs.Length > 1)
            Terminal.Out.Write(TranscriptWriters.AfterAll(Format));
        return _failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task ToStandardOutputAsync(
        ITranscriber transcriber, OrderedOutput ordered, int index, AudioInput input, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken)
    {
        using var output = ordered.Open(index);
        if (Inputs.Length > 1)
            output.Write(TranscriptWriters.Before(Format, index, input.Name));
        ITranscriptWriter writer = !Settings.Partials ? TranscriptWriters.Create(Format, output, input)
            : Terminal.OutIsTerminal ? new LiveTranscriptWriter(output, Terminal.Width)
            : new PartialLinesWriter(output);
        if (!await TranscriptRun.RunAsync(transcriber, input, writer, errors, progress, cancellationToken).ConfigureAwait(false))
            Interlocked.Increment(ref _failed);
    }

    private Task<bool> ToFileAsync(ITranscriber transcriber, AudioInput input, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken) =>
        TranscriptRun.WriteFileAsync(
            transcriber, input, Path.Combine(OutputFolder!, input.BaseName + TranscriptWriters.Extension(Format)), Format, errors, progress, cancellationToken);
}
