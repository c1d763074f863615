using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Speechmatics.Speech.Cli;

namespace Speechmatics.Speech.Tests.Cli;

/// <summary>Small real runs of <c>speech load</c> with the default model: what they report, not how fast this machine is.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class LoadCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("speech-load").FullName;
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_small_run_loses_nothing_and_gives_each_session_the_words_it_gets_alone()
    {
        var (json, html) = (Path.Combine(_folder, "load.json"), Path.Combine(_folder, "load.html"));
        var exit = await RunAsync(
            "--sessions", "3", "--seconds", "4", "--real-time-factor", "4", "--chunk-ms", "320", "--workers", "1", "--baseline-seconds", "0.1", "--reference", "--rate", "8000", "--encoding", "mulaw",
            "--json", json, "--html", html);
        Assert.True(exit == 0, _error.ToString());

        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var run = report.RootElement.GetProperty("run");
        Assert.Equal(3, run.GetProperty("sessionsOpened").GetInt32());
        foreach (var none in (string[])["refused", "failed", "notDrained", "droppedSeconds", "refusedPackets"]) Assert.Equal(0, run.GetProperty(none).GetDouble());
        Assert.InRange(run.GetProperty("words").GetInt32(), 5, 500);
        Assert.InRange(run.GetProperty("wordErrorRate").GetDouble(), 0, 1);
        foreach (var kind in (string[])["partial", "final"])
        {
            var lag = run.GetProperty("lagMs").GetProperty(kind);
            Assert.True(lag.GetProperty("count").GetInt64() > 0);
            Assert.InRange(lag.GetProperty("p50").GetDouble(), 0, lag.GetProperty("p99").GetDouble());
        }

        // every step ran the pinned chunk, which the meter told
        Assert.Equal("320", Assert.Single(run.GetProperty("chunks").EnumerateObject()).Name);
        Assert.True(run.GetProperty("window").GetProperty("sample").GetProperty("audioSeconds").GetDouble() > 10);
        Assert.Equal(3, run.GetProperty("window").GetProperty("meanSessions").GetDouble());
        var reference = report.RootElement.GetProperty("reference");
        Assert.Equal(reference.GetProperty("sessions").GetInt32(), reference.GetProperty("identical").GetInt32());
        Assert.Equal(reference.GetProperty("wordErrorRate").GetDouble(), reference.GetProperty("wordErrorRateUnderLoad").GetDouble());
        Assert.True(report.RootElement.GetProperty("encoder").GetProperty("sessionsAllowed").GetDouble() > 1);
        Assert.InRange(report.RootElement.GetProperty("samples").GetArrayLength(), 20, 41);

        await AssertPageIsWhole(html, plots: 8);
        Assert.Contains("came out the same to the last word and time", _out.ToString());
        Assert.Contains("3 sessions", _error.ToString());
    }

    [Fact]
    public async Task An_enhanced_run_reports_its_second_passes()
    {
        var (json, html) = (Path.Combine(_folder, "enhanced.json"), Path.Combine(_folder, "enhanced.html"));
        var exit = await RunAsync(
            "--operating-point", "enhanced", "--refine-partials", "off", "--sessions", "2", "--seconds", "12", "--real-time-factor", "2", "--pattern", "spike", "--spike-sessions", "4", "--baseline-seconds", "0",
            "--json", json, "--html", html);
        Assert.True(exit == 0, _error.ToString());
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var run = report.RootElement.GetProperty("run");
        var read = report.RootElement.GetProperty("samples").EnumerateArray().Sum(sample => sample.GetProperty("readings").GetInt64());
        Assert.True(read > 0);
        Assert.All(report.RootElement.GetProperty("samples").EnumerateArray(), sample => Assert.Equal(0, sample.GetProperty("refinedPartials").GetInt64()));
        Assert.Equal("enhanced", report.RootElement.GetProperty("settings").GetProperty("operatingPoint").GetString());
        Assert.False(report.RootElement.GetProperty("settings").GetProperty("refinePartials").GetBoolean());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("spike").GetProperty("degradation").GetProperty("refiningStopped").ValueKind);
        Assert.True(run.GetProperty("window").GetProperty("sample").GetProperty("readingRealTimeFactor").GetDouble() > 0);
        await AssertPageIsWhole(html, plots: 11);
        Assert.Contains("Order of degradation", await File.ReadAllTextAsync(html));
        Assert.Contains("utterances read", _out.ToString());
    }

    [Fact]
    public async Task A_search_tries_more_sessions_until_the_limit_is_passed()
    {
        var (json, html) = (Path.Combine(_folder, "capacity.json"), Path.Combine(_folder, "capacity.html"));

        // no machine answers within a microsecond
        var exit = await RunAsync("--find-capacity", "--sessions", "2", "--stage-seconds", "2", "--lag-limit-ms", "0.001", "--baseline-seconds", "0", "--json", json, "--html", html);
        Assert.Equal(1, exit);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var capacity = report.RootElement.GetProperty("capacity");
        Assert.Equal(0, capacity.GetProperty("sessions").GetInt32());
        Assert.Equal([1, 2], capacity.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("sessions").GetInt32()));
        Assert.All(capacity.GetProperty("stages").EnumerateArray(), stage => Assert.False(stage.GetProperty("holds").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("encoder").ValueKind);
        await AssertPageIsWhole(html, plots: 7);
    }

    [Theory]
    [InlineData("--seconds 5 --minutes 1", "say the same")]
    [InlineData("--sessions 0", "a whole number above 0")]
    [InlineData("--seconds -3", "a number above 0")]
    [InlineData("--pattern spike --spike-sessions 5 --sessions 50", "more than --sessions 50")]
    [InlineData("--pattern spike --spike-seconds 50", "must end before")]
    [InlineData("--refine-partials off", "--refine-partials goes with --operating-point enhanced")]
    [InlineData("--chunk-ms 100", "The model runs chunks of 160, 320, 640, 1280 ms")]
    public async Task What_cannot_be_is_refused_before_anything_runs(string options, string message)
    {
        Assert.Equal(2, await RunAsync(options.Split(' ')));
        Assert.Contains(message, _error.ToString());
    }

    [Fact]
    public async Task A_folder_without_transcripts_is_named()
    {
        Assert.Equal(2, await RunAsync("--audio", _folder));
        Assert.Contains($"{_folder}: a folder of recordings with transcripts.jsonl is expected", _error.ToString());
    }

    private Task<int> RunAsync(params string[] options)
    {
        string[] audio = options.Contains("--audio") ? [] : ["--audio", Repository.SampleAudio];
        var services = new ToolServices { Terminal = new Terminal { Out = _out, Error = _error, OpenInput = () => Stream.Null } };
        return SpeechTool.RunAsync(["load", .. options, .. audio], services, CancellationToken.None);
    }

    /// <summary>The page is well-formed, needs nothing from outside, and every number in its plots is one.</summary>
    private static async Task AssertPageIsWhole(string path, int plots)
    {
        var page = await File.ReadAllTextAsync(path);
        Assert.DoesNotMatch("(src|href)=|@import|url\\(", page);
        var document = XDocument.Parse(page.Replace("<!doctype html>", "", StringComparison.Ordinal));
        XNamespace svg = "http://www.w3.org/2000/svg";
        var found = document.Descendants(svg + "svg").ToArray();
        Assert.True(found.Length >= plots, $"{found.Length} plots");
        foreach (var attribute in found.Descendants().Attributes().Where(a => a.Name.LocalName is "x" or "y" or "x1" or "y1" or "width" or "height" or "cx" or "cy"))
            Assert.InRange(double.Parse(attribute.Value, CultureInfo.InvariantCulture), 0, 900);
        Assert.All(document.Descendants(svg + "path"), path => Assert.Matches(new Regex("^(M|$)[-0-9. MLZ]*$"), path.Attribute("d")!.Value));
        Assert.DoesNotContain("NaN", page);
    }
}

/// <summary>The library's meter speaks for all pools of the process, so no other test may run one meanwhile.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
