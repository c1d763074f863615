using System.Diagnostics.Metrics;

namespace Speechmatics.Speech.Server.Operations;

/// <summary>What the server counts besides the library, under the meter <c>Speechmatics.Speech.Server</c>.</summary>
internal static class ServerMetrics
{
    public const string Name = "Speechmatics.Speech.Server";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Ends = Meter.CreateCounter<long>("speech.speechmatics.server.connection.ends", "{connection}", "Connections that ended, by how.");

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("speech.speechmatics.server.connection.refusals", "{connection}", "Requests refused before they became a connection, by HTTP status.");

    public static void CountEnd(string outcome) => Ends.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void CountRefusal(int status) => Refusals.Add(1, new KeyValuePair<string, object?>("http.response.status_code", status));
}
