namespace Speechmatics.Speech.Cli.Commands;

/// <summary>The words of <c>--show</c>.</summary>
internal enum AlignmentsShown
{
    None,
    Errors,
    All,
}
