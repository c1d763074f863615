using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>A recording of <paramref name="Bytes"/> bytes and where its transcript goes.</summary>
internal sealed record BatchItem(AudioInput Input, string OutputPath, long Bytes);
