using System.Text.Json.Nodes;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>What a client received, in order, and the rules that hold for every session.</summary>
internal sealed class MessageLog(IEnumerable<JsonNode> received)
{
    public List<JsonNode> Messages { get; } = [.. received];

    public IEnumerable<JsonNode> Finals => Of("AddTranscript");

    public IEnumerable<JsonNode> Partials => Of("AddPartialTranscript");

    /// <summary>The finals' texts, concatenated as clients do it.</summary>
    public string Text => string.Concat(Finals.Select(Transcript));

    public static MessageLog FromDriver(List<JsonNode> log) => new(log.Where(entry => entry["in"] is not null).Select(entry => entry["in"]!));

    public static string Transcript(JsonNode message) => message["metadata"]!["transcript"]!.GetValue<string>();

    public static bool IsForced(JsonNode message) => message["forced"]?.GetValue<bool>() == true;

    public IEnumerable<JsonNode> Of(string kind) => Messages.Where(message => Kind(message) == kind);

    public int IndexOf(string kind) => Messages.FindIndex(message => Kind(message) == kind);

    /// <summary>Fails where a rule of the protocol is broken.</summary>
    /// <param name="chunks">How many audio messages were sent; null where the client hides acknowledgements.</param>
    /// <param name="partials">Whether partials were asked for.</param>
    /// <param name="paced">Whether the audio came slowly enough for a partial to be seen before the final that replaces it.</param>
    public void AssertOrder(int? chunks, bool partials = true, bool paced = true)
    {
        Assert.False(string.IsNullOrEmpty(Of("RecognitionStarted").Single()["id"]!.GetValue<string>()));
        Assert.Equal("EndOfTranscript", Kind(Messages[^1]));
        Assert.Single(Of("EndOfTranscript"));
        Assert.All(Messages.Take(IndexOf("RecognitionStarted")), message => Assert.Contains(Kind(message), new[] { "Info", "Warning" }));
        if (chunks is { } count) Assert.Equal(Enumerable.Range(1, count), Of("AudioAdded").Select(message => message["seq_no"]!.GetValue<int>()));

        var end = 0.0;
        foreach (var final in Finals)
        {
            var (start, finish) = (final["metadata"]!["start_time"]!.GetValue<double>(), final["metadata"]!["end_time"]!.GetValue<double>());
            Assert.True(finish >= end && finish >= start, $"a final goes back in time: {final.ToJsonString()}");
            end = finish;
            var results = final["results"]!.AsArray();
            if (results.Count == 0) continue;
            Assert.EndsWith(" ", Transcript(final), StringComparison.Ordinal);
            Assert.Equal(Transcript(final).Trim(), string.Concat(results.Select((result, i) => (i == 0 || result!["type"]!.GetValue<string>() == "punctuation" ? "" : " ") + Content(result!))));
            Assert.All(results, result => Assert.InRange(result!["alternatives"]![0]!["confidence"]!.GetValue<double>(), 0, 1));
            Assert.All(results, result => Assert.True(result!["end_time"]!.GetValue<double>() >= result["start_time"]!.GetValue<double>()));
        }

        AssertTimes();
        if (!partials)
        {
            Assert.Empty(Partials);
            return;
        }

        if (paced) Assert.True(IndexOf("AddPartialTranscript") < IndexOf("AddTranscript"), "a partial comes before the first final");
        for (var i = 0; i < Messages.Count; i++)
        {
            if (Kind(Messages[i]) != "AddTranscript" || Messages[i]["results"]!.AsArray().Count == 0) continue;
            var next = Messages.Skip(i + 1).First(message => Kind(message) is not ("AudioAdded" or "Info"));
            Assert.True(Kind(next) == "AddPartialTranscript", $"after a final comes what is still open, not {Kind(next)}");
        }
    }

    /// <summary>Results stand in order of time; a partial begins after the last final; an utterance ends, at one moment, after its last final.</summary>
    private void AssertTimes()
    {
        var end = 0.0;
        foreach (var message in Messages)
        {
            if (message["results"] is JsonArray results)
            {
                var starts = results.Select(result => result!["start_time"]!.GetValue<double>()).ToList();
                Assert.Equal(starts.Order(), starts);
                if (Kind(message) == "AddPartialTranscript" && starts.Count > 0) Assert.True(starts[0] >= end - 0.1, $"a partial covers what is final to {end}: {message.ToJsonString()}");
                if (Kind(message) == "AddTranscript" && starts.Count > 0) end = message["metadata"]!["end_time"]!.GetValue<double>();
            }

            if (Kind(message) != "EndOfUtterance") continue;
            var times = message["metadata"]!;
            Assert.Equal(times["start_time"]!.GetValue<double>(), times["end_time"]!.GetValue<double>());
            Assert.True(times["end_time"]!.GetValue<double>() >= end - 0.01, "an utterance ends before its last word");
        }
    }

    public static string Kind(JsonNode message) => message["message"]!.GetValue<string>();

    private static string Content(JsonNode result) => result["alternatives"]![0]!["content"]!.GetValue<string>();
}
