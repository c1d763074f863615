namespace Speechmatics.Speech.Sessions;

/// <summary>A session ended because more audio or more unread events came than it may hold.</summary>
public sealed class SessionOverrunException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What overran and the fix.</param>
    public SessionOverrunException(string message)
        : base(message)
    {
    }
}
