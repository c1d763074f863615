using System.Globalization;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>
/// NIST CTM (sclite): <c>file channel start duration word confidence</c>, times in seconds. The file is the recording's name without folder and extension, white
/// space in it as underscores; the channel counts from 1.
/// </summary>
internal sealed class CtmTranscriptWriter(TextWriter output, string name, int channel) : ITranscriptWriter
{
    private readonly string _name = string.Join('_', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public void Write(SpeechEvent speechEvent)
    {
        if (speechEvent is not FinalTranscript final)
            return;
        foreach (var word in final.Words)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{_name} {channel} {word.Start.TotalSeconds:F2} {(word.End - word.Start).TotalSeconds:F2} {word.Text} {word.Confidence:F2}"));
        }

        output.Flush();
    }

    public void End(string? error) => output.Flush();
}
