using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>Words as they come, into a pipe: a line for each event, <c>partial: …</c> or <c>final: …</c>.</summary>
internal sealed class PartialLinesWriter(TextWriter output) : ITranscriptWriter
{
    public void Write(SpeechEvent speechEvent)
    {
        switch (speechEvent)
        {
            case PartialTranscript partial:
                output.WriteLine($"partial: {partial.Text}");
                break;
            case FinalTranscript final:
                output.WriteLine($"final: {final.Text}");
                break;
            default:
                return;
        }

        output.Flush();
    }

    public void End(string? error) => output.Flush();
}
