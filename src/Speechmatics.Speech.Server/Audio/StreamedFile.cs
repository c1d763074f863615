using System.Buffers;
using System.IO.Pipelines;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Server.Audio;

/// <summary>Opens a file that comes through a pipe, by its first bytes.</summary>
internal static class StreamedFile
{
    private const int SignatureBytes = 12;

    /// <returns>The reader, or null when the pipe ended without a byte.</returns>
    /// <exception cref="AudioFormatException">The bytes are no audio that can be read.</exception>
    public static async ValueTask<AudioReader?> OpenAsync(PipeReader pipe, bool allowFfmpeg, CancellationToken cancellationToken)
    {
        var first = await pipe.ReadAtLeastAsync(SignatureBytes, cancellationToken).ConfigureAwait(false);
        var start = first.Buffer.Slice(0, Math.Min(SignatureBytes, first.Buffer.Length)).ToArray();
        pipe.AdvanceTo(first.Buffer.Start, first.Buffer.Start);
        if (start.Length == 0) return null;
        if (IsWave(start)) return await AudioSource.FromWaveStream(pipe.AsStream(leaveOpen: true)).OpenAsync(cancellationToken).ConfigureAwait(false);
        if (!allowFfmpeg) throw new AudioFormatException("The audio is not WAV, and this server reads nothing else. Send WAV, or raw samples with audio_format type raw.");
        return await FfmpegPipe.OpenAsync(pipe, cancellationToken).ConfigureAwait(false);
    }

    public static bool IsWave(ReadOnlySpan<byte> start) =>
        start.Length >= SignatureBytes && start.Slice(8, 4).SequenceEqual("WAVE"u8) && (start.StartsWith("RIFF"u8) || start.StartsWith("RF64"u8) || start.StartsWith("BW64"u8));
}
