using System.Collections.Immutable;
using System.Text;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Transcription;
using Speechmatics.Speech.Sessions;

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
                else
                    await ToFileAsync(transcriber, input.Item, progress, token).ConfigureAwait(false);
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
        await TranscribeAsync(transcriber, input, writer, progress, cancellationToken).ConfigureAwait(false);
    }

    // a name that exists stands for a finished transcript: it appears at the end, and only after success
    private async Task ToFileAsync(ITranscriber transcriber, AudioInput input, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken)
    {
        var path = Path.Combine(OutputFolder!, input.BaseName + TranscriptWriters.Extension(Format));
        var unfinished = path + ".unfinished";
        try
        {
            bool whole;
            var output = new StreamWriter(unfinished, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            await using (output.ConfigureAwait(false))
            {
                whole = await TranscribeAsync(transcriber, input, TranscriptWriters.Create(Format, output, input), progress, cancellationToken).ConfigureAwait(false);
            }

            if (whole)
                File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Interlocked.Increment(ref _failed);
            errors.Report(path, exception);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private async Task<bool> TranscribeAsync(
        ITranscriber transcriber, AudioInput input, ITranscriptWriter writer, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken)
    {
        string? error = null;
        try
        {
            await foreach (var speechEvent in transcriber.TranscribeAsync(input, progress, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (speechEvent is SessionNotice notice)
                    errors.Report(input.Name, notice.Message);
                writer.Write(speechEvent);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            writer.End("interrupted");
            throw;
        }
        catch (Exception exception) when (exception is not UsageException)
        {
            Interlocked.Increment(ref _failed);
            error = ErrorReport.Reason(exception);
            errors.Report(input.Name, exception);
        }

        writer.End(error);
        return error is null;
    }
}
