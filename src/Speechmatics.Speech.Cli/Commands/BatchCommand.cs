using System.CommandLine;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary><c>speech batch FOLDER</c>: the command line; <see cref="BatchJob"/> does the work.</summary>
internal static class BatchCommand
{
    /// <summary>Sessions for each thread of the model: as many as a step of the default chunk takes at once.</summary>
    private const int SessionsPerProcessor = 8;

    public static Command Create(ToolServices services)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Every recording in it and below is transcribed; hidden files and linked folders are passed over." };
        var output = new Option<string>("--output")
        {
            Description = "The folder for the transcripts, one for each recording under the same path.",
            HelpName = "DIR",
            Required = true,
        };
        var format = CommonOptions.Format();
        var overwrite = new Option<bool>("--overwrite") { Description = "Also transcribe what has a transcript already (default: only what has none, or has changed since)." };
        var channel = CommonOptions.Channel();
        var parallel = CommonOptions.Parallel($"{SessionsPerProcessor} for each processor");
        var recognition = new RecognitionOptions(enhancedByDefault: true);

        var command = new CommandWithExamples(
            "batch",
            "Transcribe a folder of recordings. Can be stopped at any moment: run again, it goes on where it was.",
            "speech batch recordings --output transcripts",
            "speech batch calls --output transcripts --format json --operating-point standard --channel 1")
        {
            folder, output, format, overwrite, channel, parallel,
        };

        foreach (var option in recognition.All) command.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var job = new BatchJob(services, new ErrorReport(services.Terminal.Error, parsed.GetValue(CommonOptions.Verbose)))
            {
                Folder = parsed.GetRequiredValue(folder),
                OutputFolder = parsed.GetRequiredValue(output),
                Format = parsed.GetValue(format),
                Overwrite = parsed.GetValue(overwrite),
                Channel = parsed.GetValue(channel),
                Settings = recognition.Read(parsed) with { Parallel = parsed.GetValue(parallel) ?? SessionsPerProcessor * Environment.ProcessorCount },
            };
            return job.RunAsync(cancellationToken);
        });
        return command;
    }
}
