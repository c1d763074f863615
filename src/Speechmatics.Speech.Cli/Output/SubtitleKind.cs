namespace Speechmatics.Speech.Cli.Output;

/// <summary>The two subtitle formats differ in header, decimal sign and escapes only.</summary>
internal enum SubtitleKind
{
    Srt,
    Vtt,
}
