namespace Speechmatics.Speech.Audio;

/// <summary>
/// Audio cannot be read: a bad header, an unsupported codec, a channel that is not there, values that are not numbers, or an ffmpeg that is
/// missing or failed. The message names the source, the field and the fix. A file that does not exist or cannot be opened throws the CLR's
/// own exceptions, and audio that merely ends early is no error: see <see cref="AudioReader.Notice"/>.
/// </summary>
public sealed class AudioFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and the fix.</param>
    /// <param name="file">The file at fault, or null when the audio is not a file.</param>
    /// <param name="innerException">The underlying failure, or null.</param>
    public AudioFormatException(string message, string? file = null, Exception? innerException = null)
        : base(message, innerException)
    {
        File = file;
    }

    /// <summary>The file at fault, or null when the audio is not a file.</summary>
    public string? File { get; }
}
