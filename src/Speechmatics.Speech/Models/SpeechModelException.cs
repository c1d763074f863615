namespace Speechmatics.Speech.Models;

/// <summary>
/// A model package cannot be used, or running it failed. The message names the file, what is wrong with it and what to do; misuse of the API throws the CLR's
/// own exceptions instead.
/// </summary>
public sealed class SpeechModelException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and the fix.</param>
    /// <param name="file">The file at fault, or null when none is.</param>
    /// <param name="innerException">The underlying failure, or null.</param>
    public SpeechModelException(string message, string? file = null, Exception? innerException = null)
        : base(message, innerException)
    {
        File = file;
    }

    /// <summary>The file at fault, or null when none is.</summary>
    public string? File { get; }
}
