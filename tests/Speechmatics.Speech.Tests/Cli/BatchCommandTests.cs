namespace Speechmatics.Speech.Tests.Cli;

public sealed class BatchCommandTests : IDisposable
{
    private readonly CommandLine _tool = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("speech-batch").FullName;

    private string In => Path.Combine(_folder, "in");

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_folder_goes_in_and_transcripts_come_out_under_the_same_paths()
    {
        Record("a.wav", "b/c.MP3", "b/d/e.flac", "notes.txt", ".hidden.wav");
        Assert.Equal(0, await RunAsync("--format", "srt"));
        Assert.Equal(["a.srt", "b/c.srt", "b/d/e.srt"], Written());
        Assert.Contains("words of e", File.ReadAllText(Path.Combine(Out, "b/d/e.srt")));
        Assert.Contains("3 transcribed, 0 already there, 0 failed", _tool.Out);
        Assert.Contains("not those of recordings: 1", _tool.Out);
        Assert.Equal("", _tool.Error);
    }

    [Fact]
    public async Task One_bad_file_stops_nothing_and_the_next_run_does_only_what_is_missing()
    {
        Record("a.wav", "bad.wav", "c.wav");
        _tool.Transcriber.Script("bad", [Events.Final("half"), new InvalidDataException("the header is damaged")]);
        Assert.Equal(1, await RunAsync());
        Assert.Equal(["a.txt", "c.txt"], Written());
        Assert.Equal($"speech: {Path.Combine(In, "bad.wav")}: the header is damaged\n", _tool.Error);
        Assert.Contains("2 transcribed, 0 already there, 1 failed", _tool.Out);

        _tool.Transcriber.Inputs.Clear();
        _tool.Transcriber.Script("bad", [Events.Final("whole")]);
        Assert.Equal(0, await RunAsync());
        Assert.Equal(["bad"], _tool.Transcriber.Inputs.Select(input => input.BaseName));
        Assert.Contains("1 transcribed, 2 already there, 0 failed", _tool.Out);

        Assert.Equal(0, await RunAsync());
        Assert.Contains("0 transcribed, 3 already there, 0 failed", _tool.Out);
        Assert.Equal(2, _tool.Created.Count);
    }

    [Fact]
    public async Task On_a_terminal_a_bar_counts_and_messages_follow_it()
    {
        _tool.ErrorIsTerminal = true;
        Record("a.wav", "bad.wav", "c.wav");
        _tool.Transcriber.Script("bad", [new InvalidDataException("the header is damaged")]);
        Assert.Equal(1, await RunAsync());
        Assert.Equal(["a.txt", "c.txt"], Written());
        Assert.EndsWith($"speech: {Path.Combine(In, "bad.wav")}: the header is damaged\n", _tool.Error);
        Assert.Contains("2 transcribed", _tool.Out);
    }

    [Fact]
    public async Task What_changed_since_its_transcript_is_done_again_and_with_overwrite_all_is()
    {
        Record("a.wav", "b.wav");
        Assert.Equal(0, await RunAsync());
        File.SetLastWriteTimeUtc(Path.Combine(In, "b.wav"), DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(0, await RunAsync());
        Assert.Contains("1 transcribed, 1 already there", _tool.Out);
        Assert.Equal(0, await RunAsync("--overwrite"));
        Assert.Contains("2 transcribed, 0 already there", _tool.Out.AsSpan(_tool.Out.LastIndexOf("transcribed", StringComparison.Ordinal) - 2).ToString());
    }

    [Fact]
    public async Task Recordings_that_differ_by_extension_alone_keep_it()
    {
        Record("a.wav", "a.mp3", "b.wav");
        Assert.Equal(0, await RunAsync());
        Assert.Equal(["a.mp3.txt", "a.wav.txt", "b.txt"], Written());
    }

    [Fact]
    public async Task An_interrupted_run_leaves_whole_transcripts_only_and_is_gone_on_with()
    {
        Record("a.wav", "b.wav");
        using var interrupt = new CancellationTokenSource();
        _tool.Transcriber.Script("b", [Events.Final("late")], new TaskCompletionSource().Task);
        var run = _tool.RunAsync(["batch", In, "--output", Out, "--parallel", "1"], interrupt.Token);
        while (_tool.Transcriber.Inputs.Count < 2)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        Assert.Equal(130, await run);
        Assert.Equal(["a.txt"], Written());
        Assert.Contains("1 transcribed, 0 already there, 0 failed, 1 left", _tool.Out);
        Assert.Contains("goes on where this one stopped", _tool.Out);

        _tool.Transcriber.Script("b", [Events.Final("late")]);
        Assert.Equal(0, await RunAsync());
        Assert.Equal(["a.txt", "b.txt"], Written());
    }

    [Fact]
    public async Task As_many_run_at_once_as_there_are_recordings_up_to_the_limit()
    {
        Record("a.wav", "b.wav", "c.wav");
        Assert.Equal(0, await RunAsync("--parallel", "2"));
        Assert.Equal(0, await RunAsync("--parallel", "50", "--overwrite"));
        Assert.Equal([2, 3], _tool.Created.Select(settings => settings.Parallel));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_or_a_file_is_a_usage_error_and_one_without_recordings_a_failure()
    {
        Directory.CreateDirectory(In);
        Assert.Equal(1, await RunAsync());
        Assert.Contains("no recordings", _tool.Error);
        Assert.Equal(2, await _tool.RunAsync("batch", In + "x", "--output", Out));
        Assert.Contains("no such folder", _tool.Error);
        Record("a.wav");
        Assert.Equal(2, await _tool.RunAsync("batch", Path.Combine(In, "a.wav"), "--output", Out));
        Assert.Contains("'speech transcribe", _tool.Error);
        Assert.Empty(_tool.Created);
    }

    private Task<int> RunAsync(params string[] options) => _tool.RunAsync(["batch", In, "--output", Out, .. options]);

    private void Record(params string[] paths)
    {
        foreach (var path in paths)
        {
            var full = Path.Combine(In, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, "");
            var name = Path.GetFileNameWithoutExtension(path);
            _tool.Transcriber.Script(name, [Events.Final($"words of {name}")]);
        }
    }

    private string[] Written() =>
        [.. Directory.GetFiles(Out, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Out, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
