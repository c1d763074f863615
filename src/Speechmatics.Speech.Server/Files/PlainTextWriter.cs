using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Files;

/// <summary>One line for each utterance.</summary>
internal sealed class PlainTextWriter(TextWriter output) : ITranscriptWriter
{
    private bool _inUtterance;

    public void Write(SpeechEvent speechEvent)
    {
        switch (speechEvent)
        {
            case FinalTranscript final:
                output.Write(_inUtterance ? $" {final.Text}" : final.Text);
                _inUtterance = true;
                break;
            case EndOfUtterance:
                End(null);
                break;
        }
    }

    public void End(string? error)
    {
        if (_inUtterance) output.WriteLine();
        _inUtterance = false;
    }
}
