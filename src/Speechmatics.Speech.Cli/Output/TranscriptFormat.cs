namespace Speechmatics.Speech.Cli.Output;

/// <summary>The formats of <c>--format</c>.</summary>
internal enum TranscriptFormat
{
    /// <summary>One line for each utterance.</summary>
    Text,

    /// <summary>Words with times and confidence (<see cref="JsonTranscriptWriter"/>).</summary>
    Json,

    /// <summary>SubRip subtitles.</summary>
    Srt,

    /// <summary>Web Video Text Tracks (W3C).</summary>
    Vtt,

    /// <summary>NIST's time-marked conversation file: one line for each word.</summary>
    Ctm,
}
