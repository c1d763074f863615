namespace Speechmatics.Speech.Cli.Output;

/// <summary>One subtitle: when it shows, and its one or two lines.</summary>
internal sealed record SubtitleCue(TimeSpan Start, TimeSpan End, IReadOnlyList<string> Lines);
