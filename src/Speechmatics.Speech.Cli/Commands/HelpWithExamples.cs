using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>The library's help, then the command's examples; the root shows one of each command.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        new HelpAction().Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var examples = command is CommandWithExamples { Examples: var own }
            ? own
            : [.. Below(command).OfType<CommandWithExamples>().Select(c => c.Examples[0])];
        if (examples.Count == 0)
            return ExitCode.Success;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
        output.WriteLine();
        return ExitCode.Success;
    }

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(c => Below(c).Prepend(c));
}
