using System.Text.Json;

namespace Speechmatics.Speech.Tests.Cli;

public sealed class WerCommandTests : IDisposable
{
    private readonly CommandLine _tool = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("speech-wer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Given_transcripts_are_scored_by_set_and_overall()
    {
        var manifest = Write(
            "m.jsonl",
            """{"audio": "a.wav", "text": "one two three four", "seconds": 2.5, "set": "x"}""",
            "",
            """{"audio": "b.wav", "text": "five six", "set": "y", "other": true}""");
        var hypotheses = Write("h.jsonl", """{"audio": "b.wav", "text": "Five, six!"}""", """{"audio": "a.wav", "text": "one too three four more"}""");
        Assert.Equal(0, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", hypotheses));
        Assert.Equal(
            [
                ["set", "WER %", "errors", "words", "sub", "ins", "del", "files", "with errors"],
                ["x", "50.0", "2", "4", "1", "1", "0", "1", "1"],
                ["y", "0.0", "0", "2", "0", "0", "0", "1", "0"],
                ["all", "33.3", "2", "6", "1", "1", "0", "2", "1"],
            ],
            TableRows(_tool.Out));
        Assert.StartsWith("| set |", _tool.Out, StringComparison.Ordinal);
        Assert.Empty(_tool.Created);
    }

    [Fact]
    public async Task The_sample_manifest_scores_perfectly_against_itself()
    {
        var manifest = Path.Combine(Repository.SampleAudio, "transcripts.jsonl");
        Assert.Equal(0, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", manifest));
        Assert.Equal(["all", "0.0", "0"], TableRows(_tool.Out)[^1][..3]);
        Assert.Equal("30", TableRows(_tool.Out)[^1][7]);
    }

    [Fact]
    public async Task Without_transcripts_the_model_runs_on_the_manifests_folder()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "one two", "seconds": 30}""");
        _tool.Transcriber.Script("a", [Events.Final("one"), Events.End(), Events.Final("two")]);
        Assert.Equal(0, await _tool.RunAsync("wer", "--manifest", manifest, "--chunk-ms", "1280", "--head", "rnnt"));
        Assert.Equal(Path.Combine(_folder, "a.wav"), Assert.Single(_tool.Transcriber.Inputs).Name);
        Assert.Equal(["all", "0.0"], TableRows(_tool.Out)[^1][..2]);
        Assert.Equal(1280, Assert.Single(_tool.Created).ChunkMilliseconds);
        Assert.Equal("30.0 s of audio in 2.0 s (15.0 x real time)\n", _tool.Error);
    }

    [Fact]
    public async Task A_recording_that_fails_is_named_and_left_out()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "one"}""", """{"audio": "gone.wav", "text": "two"}""");
        _tool.Transcriber.Script("a", [Events.Final("one")]);
        Assert.Equal(1, await _tool.RunAsync("wer", "--manifest", manifest));
        Assert.Contains("gone.wav: no such file or directory\n", _tool.Error);
        Assert.Contains("1 of 2 recordings are not in these rates", _tool.Error);
        Assert.Equal(["all", "0.0", "0", "1"], TableRows(_tool.Out)[^1][..4]);
    }

    [Fact]
    public async Task Calibration_is_a_table_a_plot_and_a_part_of_the_report()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "one two"}""");
        var (plot, json) = (Path.Combine(_folder, "c.svg"), Path.Combine(_folder, "r.json"));
        _tool.Transcriber.Script("a", [Events.Final([Events.Word("one", 0, 1, 0.95f), Events.Word("too", 1, 2, 0.25f)])]);
        Assert.Equal(0, await _tool.RunAsync("wer", "--manifest", manifest, "--calibration", plot, "--json", json));
        Assert.Contains("0.9 to 1.0", _tool.Out);
        Assert.Contains("expected calibration error 0.150", _tool.Out);
        Assert.Contains("too few", _tool.Out);
        Assert.Equal("svg", System.Xml.Linq.XDocument.Load(plot).Root!.Name.LocalName);
        using var report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(0.15, report.RootElement.GetProperty("calibration").GetProperty("expectedError").GetDouble(), 6);
        Assert.Equal(1, report.RootElement.GetProperty("calibration").GetProperty("areaUnderCurve").GetDouble());
        Assert.Equal(0, await _tool.RunAsync("wer", "--calibration", "--manifest", manifest));
    }

    [Theory]
    [InlineData("needs the words' confidences", "--hypotheses", "h.jsonl", "--calibration")]
    [InlineData("is written as .svg or .html", "--calibration", "plot.png")]
    public async Task Calibration_without_confidences_or_as_a_photograph_is_a_usage_error(string message, params string[] options)
    {
        Assert.Equal(2, await _tool.RunAsync(["wer", "--manifest", "m.jsonl", .. options]));
        Assert.Contains(message, _tool.Error);
    }

    [Fact]
    public async Task Transcripts_missing_or_unknown_are_named()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "one"}""", """{"audio": "b.wav", "text": "two"}""");
        var hypotheses = Write("h.jsonl", """{"audio": "a.wav", "text": "one"}""", """{"audio": "c.wav", "text": "three"}""");
        Assert.Equal(1, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", hypotheses));
        Assert.Contains("speech: b.wav: no transcript in", _tool.Error);
        Assert.Contains("speech: c.wav: not in", _tool.Error);
    }

    [Fact]
    public async Task The_alignment_view_marks_every_error()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "the cat sat on the mat"}""", """{"audio": "b.wav", "text": "fine"}""");
        var hypotheses = Write("h.jsonl", """{"audio": "a.wav", "text": "the cat sit on mat now"}""", """{"audio": "b.wav", "text": "fine"}""");
        Assert.Equal(0, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", hypotheses, "--show", "errors"));
        Assert.StartsWith(
            """
            a.wav  WER 50.0 %  (6 words: 1 sub, 1 ins, 1 del)
            ref  the cat SAT on THE mat ***
            hyp  the cat SIT on *** mat NOW
                         S      D       I
            """.ReplaceLineEndings("\n"),
            _tool.Out.ReplaceLineEndings("\n"));
        Assert.DoesNotContain("b.wav", _tool.Out);
    }

    [Fact]
    public async Task A_long_alignment_is_folded_to_the_window()
    {
        _tool.Width = 20;
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "one two three four five six"}""");
        Assert.Equal(0, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", manifest, "--show", "alignment"));
        Assert.Contains("ref  one two three\nhyp  one two three\nref  four five six\nhyp  four five six\n", _tool.Out.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Full_normalisation_forgives_written_forms()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "mister smith paid twenty dollars for his favourite theatre"}""");
        var hypotheses = Write("h.jsonl", """{"audio": "a.wav", "text": "Mr. Smith paid $20 for his favorite theater."}""");
        Assert.Equal(0, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", hypotheses, "--normalise", "full"));
        Assert.Equal("0.0", TableRows(_tool.Out)[^1][1]);
    }

    [Fact]
    public async Task The_json_report_holds_counts_and_alignments()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "one two", "set": "x"}""");
        var hypotheses = Write("h.jsonl", """{"audio": "a.wav", "text": "one"}""");
        var report = Path.Combine(_folder, "report.json");
        Assert.Equal(0, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", hypotheses, "--json", report));
        using var json = JsonDocument.Parse(File.ReadAllText(report));
        Assert.Equal(0.5, json.RootElement.GetProperty("all").GetProperty("wer").GetDouble());
        Assert.Equal(1, json.RootElement.GetProperty("sets").GetProperty("x").GetProperty("deletions").GetInt32());
        var alignment = json.RootElement.GetProperty("utterances")[0].GetProperty("alignment");
        Assert.Equal("two", alignment[1].GetProperty("ref").GetString());
        Assert.Equal(JsonValueKind.Null, alignment[1].GetProperty("hyp").ValueKind);
    }

    [Theory]
    [InlineData("""{"audio": "a.wav"}""", "line 1: a JSON object with \"audio\" and \"text\" is expected")]
    [InlineData("nonsense", "line 1: a JSON object")]
    [InlineData("""{"audio": "a.wav", "text": null}""", "line 1")]
    [InlineData("", "no line names a recording")]
    public async Task A_bad_manifest_is_one_line_that_says_where(string line, string message)
    {
        Assert.Equal(1, await _tool.RunAsync("wer", "--manifest", Write("m.jsonl", line), "--hypotheses", Write("h.jsonl", """{"audio": "a.wav", "text": "x"}""")));
        Assert.Contains(message, _tool.Error);
        Assert.Single(_tool.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_recording_named_twice_is_refused()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "x"}""", """{"audio": "a.wav", "text": "y"}""");
        Assert.Equal(1, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", manifest));
        Assert.Contains("line 2: a.wav is named a second time", _tool.Error);
    }

    [Fact]
    public async Task A_manifest_that_is_not_there_is_named()
    {
        var path = Path.Combine(_folder, "none.jsonl");
        Assert.Equal(1, await _tool.RunAsync("wer", "--manifest", path));
        Assert.Equal($"speech: {path}: no such file or directory\n", _tool.Error);
    }

    [Fact]
    public async Task Options_of_the_model_do_not_go_with_given_transcripts()
    {
        var manifest = Write("m.jsonl", """{"audio": "a.wav", "text": "x"}""");
        Assert.Equal(2, await _tool.RunAsync("wer", "--manifest", manifest, "--hypotheses", manifest, "--chunk-ms", "160"));
        Assert.Contains("--chunk-ms does not go with it", _tool.Error);
    }

    private static string[][] TableRows(string output) =>
        [.. output.ReplaceLineEndings("\n").Split('\n').Where(l => l.StartsWith('|') && !l.Contains("---", StringComparison.Ordinal))
            .Select(l => l.Trim('|').Split('|').Select(c => c.Trim()).ToArray())];

    private string Write(string name, params string[] lines)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
