using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Speechmatics.Speech.Cli.Commands;

namespace Speechmatics.Speech.Cli;

/// <summary>The tool: its commands put together, and what happens around every one of them.</summary>
internal static class SpeechTool
{
    /// <summary>Runs one command line and returns its exit code (<see cref="ExitCode"/>). Ctrl+C and <paramref name="cancellationToken"/> end it with 130.</summary>
    public static async Task<int> RunAsync(string[] args, ToolServices services, CancellationToken cancellationToken = default)
    {
        var terminal = services.Terminal;
        var parsed = Compose(services).Parse(args);
        // help asked for on an incomplete line is no error
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var message in parsed.Errors.Select(e => e.Message).Distinct())
                terminal.Error.WriteLine($"speech: {message}");
            terminal.Error.WriteLine($"Try '{PathOf(parsed.CommandResult.Command)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Out, Error = terminal.Error };
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (UsageException exception)
        {
            terminal.Error.WriteLine($"speech: {exception.Message}");
            return ExitCode.Usage;
        }
        catch (Exception exception)
        {
            new ErrorReport(terminal.Error, parsed.GetValue(CommonOptions.Verbose)).Report(null, exception);
            return ExitCode.Failure;
        }
        finally
        {
            await terminal.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static RootCommand Compose(ToolServices services)
    {
        var root = new RootCommand("Speech recognition on this machine: transcribe recordings, measure word error rates, inspect models, drive load.")
        {
            TranscribeCommand.Create(services),
            BatchCommand.Create(services),
            WerCommand.Create(services),
            ModelCommand.Create(services),
            LoadCommand.Create(services),
            LmCommand.Create(services.Terminal.Out),
            CommonOptions.Verbose,
        };
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples();
        return root;
    }

    private static string PathOf(Command command)
    {
        var parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "speech" : $"{PathOf(parent)} {command.Name}";
    }
}
