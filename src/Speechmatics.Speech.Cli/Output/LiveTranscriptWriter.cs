using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>
/// Words as they come, on a terminal: finals scroll up line by line, below them one line holds the latest partial and is overwritten in place. A partial wider than
/// the window shows its end.
/// </summary>
internal sealed class LiveTranscriptWriter(TextWriter output, Func<int> width) : ITranscriptWriter
{
    private const string EraseLine = "\r\e[K";
    private const string Dim = "\e[2m";
    private const string Plain = "\e[0m";

    public void Write(SpeechEvent speechEvent)
    {
        switch (speechEvent)
        {
            case PartialTranscript partial:
                output.Write($"{EraseLine}{Dim}{Tail(partial.Text, width() - 1)}{Plain}");
                break;
            case FinalTranscript final:
                output.WriteLine($"{EraseLine}{final.Text}");
                break;
            default:
                return;
        }

        output.Flush();
    }

    public void End(string? error)
    {
        output.Write(EraseLine);
        output.Flush();
    }

    private static string Tail(string text, int columns) => text.Length <= columns ? text : columns < 2 ? "" : $"…{text[^(columns - 1)..]}";
}
