namespace Speechmatics.Speech.Cli;

/// <summary>The command line asks for something that cannot be; the tool prints the message and ends with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message);
