using System.Text;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Cli.Transcription;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>One recording's transcription: what goes wrong with it is reported and does not concern the others.</summary>
internal static class TranscriptRun
{
    /// <summary>Writes a recording's transcript; false when recognition broke off, which has then been reported.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was recognised has been written.</exception>
    public static async Task<bool> RunAsync(
        ITranscriber transcriber, AudioInput input, ITranscriptWriter writer, ErrorReport errors, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken)
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
            error = ErrorReport.Reason(exception);
            errors.Report(input.Name, exception);
        }

        writer.End(error);
        return error is null;
    }

    /// <summary>
    /// Writes a recording's transcript to a file. The name stands for a finished transcript: it appears at the end, and only after success. False when there is none, which has then been reported.
    /// </summary>
    public static async Task<bool> WriteFileAsync(
        ITranscriber transcriber, AudioInput input, string path, TranscriptFormat format, ErrorReport errors, IProgress<TranscriptionProgress>? progress, CancellationToken cancellationToken)
    {
        var unfinished = path + ".unfinished";
        try
        {
            var output = new StreamWriter(unfinished, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            try
            {
                bool whole;
                await using (output.ConfigureAwait(false))
                {
                    whole = await RunAsync(transcriber, input, TranscriptWriters.Create(format, output, input), errors, progress, cancellationToken).ConfigureAwait(false);
                }

                if (whole)
                    File.Move(unfinished, path, overwrite: true);
                return whole;
            }
            finally
            {
                File.Delete(unfinished);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Report(path, exception);
            return false;
        }
    }
}
