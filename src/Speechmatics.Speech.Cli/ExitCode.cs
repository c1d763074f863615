namespace Speechmatics.Speech.Cli;

/// <summary>How the tool ends.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Some input failed; the others were still done.</summary>
    public const int Failure = 1;

    public const int Usage = 2;

    /// <summary>Ctrl+C: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;
}
