using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>The writer for each format, and what stands around several transcripts in one stream.</summary>
internal static class TranscriptWriters
{
    public static ITranscriptWriter Create(TranscriptFormat format, TextWriter output, AudioInput input) => format switch
    {
        TranscriptFormat.Text => new TextTranscriptWriter(output),
        TranscriptFormat.Json => new JsonTranscriptWriter(output, input.Name),
        TranscriptFormat.Srt => new SubtitleWriter(output, SubtitleKind.Srt),
        TranscriptFormat.Vtt => new SubtitleWriter(output, SubtitleKind.Vtt),
        TranscriptFormat.Ctm => new CtmTranscriptWriter(output, input.BaseName, input.Channel ?? 1),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    public static string Extension(TranscriptFormat format) => format switch
    {
        TranscriptFormat.Text => ".txt",
        TranscriptFormat.Json => ".json",
        TranscriptFormat.Srt => ".srt",
        TranscriptFormat.Vtt => ".vtt",
        _ => ".ctm",
    };

    /// <summary>Whether several transcripts may follow each other in one stream: subtitles number and time one recording.</summary>
    public static bool CanFollowEachOther(TranscriptFormat format) => format is not (TranscriptFormat.Srt or TranscriptFormat.Vtt);

    /// <summary>What goes before the transcript of input <paramref name="index"/> of several in one stream.</summary>
    public static string Before(TranscriptFormat format, int index, string name) => format switch
    {
        TranscriptFormat.Text => index == 0 ? $"==> {name} <=={Environment.NewLine}" : $"{Environment.NewLine}==> {name} <=={Environment.NewLine}",
        TranscriptFormat.Json => index == 0 ? "[" : ",",
        _ => "",
    };

    /// <summary>What goes after the last of several.</summary>
    public static string AfterAll(TranscriptFormat format) => format == TranscriptFormat.Json ? $"]{Environment.NewLine}" : "";
}
