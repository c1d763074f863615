namespace Speechmatics.Speech.Server.Realtime;

/// <summary>The client closed before its transcript had ended.</summary>
internal sealed class ClientLeftException() : Exception("The client closed the connection.");
