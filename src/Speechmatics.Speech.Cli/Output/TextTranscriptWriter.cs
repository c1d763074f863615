using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>Plain words: a line for each utterance, growing as its finals come.</summary>
internal sealed class TextTranscriptWriter(TextWriter output) : ITranscriptWriter
{
    private bool _inLine;

    public void Write(SpeechEvent speechEvent)
    {
        switch (speechEvent)
        {
            case FinalTranscript final:
                if (_inLine)
                    output.Write(' ');
                output.Write(final.Text);
                _inLine = true;
                break;
            case EndOfUtterance:
                EndLine();
                break;
            default:
                return;
        }

        output.Flush();
    }

    public void End(string? error)
    {
        EndLine();
        output.Flush();
    }

    private void EndLine()
    {
        if (_inLine)
            output.WriteLine();
        _inLine = false;
    }
}
