using System.CommandLine;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Models.English;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary><c>speech model inspect PATH</c>.</summary>
internal static class ModelCommand
{
    public static Command Create(ToolServices services)
    {
        var path = new Argument<string>("PATH") { Description = "The model's folder (default: the English model).", DefaultValueFactory = _ => EnglishModel.Path };
        var inspect = new CommandWithExamples("inspect", "Show what a model package holds: sizes, chunks and their latencies, heads, hash.", "speech model inspect", "speech model inspect models/en-enhanced")
        {
            path,
        };
        inspect.SetAction(async (parsed, cancellationToken) =>
        {
            var facts = await services.InspectModel(parsed.GetRequiredValue(path), cancellationToken).ConfigureAwait(false);
            ModelFactsTable.Write(facts, services.Terminal);
            return ExitCode.Success;
        });
        return new Command("model", "Model packages.") { inspect };
    }
}
