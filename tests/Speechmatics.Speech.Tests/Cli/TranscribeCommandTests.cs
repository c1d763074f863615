using System.Text.Json;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Cli;

public sealed class TranscribeCommandTests : IDisposable
{
    private readonly CommandLine _tool = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("speech-cli").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task One_recording_prints_its_words()
    {
        _tool.Transcriber.Script("a", [Events.Final("hello world"), Events.End()]);
        Assert.Equal(0, await _tool.RunAsync("transcribe", "a.wav"));
        Assert.Equal("hello world\n", _tool.Out);
        Assert.Equal("", _tool.Error);
        Assert.True(_tool.Transcriber.Disposed);
    }

    [Fact]
    public async Task Several_come_out_in_the_order_of_the_arguments_whichever_is_done_first()
    {
        var secondDone = new TaskCompletionSource();
        _tool.Transcriber.Script("a", [Events.Final("first")], secondDone.Task);
        _tool.Transcriber.Script("b", [Events.Final("second")]);
        var run = _tool.RunAsync("transcribe", "--parallel", "2", "a.wav", "b.wav");
        while (_tool.Transcriber.Inputs.Count < 2)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        secondDone.SetResult();
        Assert.Equal(0, await run);
        Assert.Equal("==> a.wav <==\nfirst\n\n==> b.wav <==\nsecond\n", _tool.Out.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task One_that_fails_is_reported_and_the_others_are_done()
    {
        _tool.Transcriber.Script("a", [Events.Final("words"), new InvalidDataException("the header\nis damaged")]);
        _tool.Transcriber.Script("c", [Events.Final("more")]);
        Assert.Equal(1, await _tool.RunAsync("transcribe", "--parallel", "1", "a.wav", "missing.wav", "c.wav"));
        Assert.Equal("speech: a.wav: the header is damaged\nspeech: missing.wav: no such file or directory\n", _tool.Error);
        Assert.Contains("words", _tool.Out);
        Assert.Contains("more", _tool.Out);
    }

    [Fact]
    public async Task On_a_terminal_bars_leave_the_results_alone()
    {
        _tool.ErrorIsTerminal = true;
        _tool.Transcriber.Script("a", [Events.Final("hello world"), Events.End()]);
        Assert.Equal(0, await _tool.RunAsync("transcribe", "a.wav"));
        Assert.Equal("hello world\n", _tool.Out);
    }

    [Fact]
    public async Task Verbose_adds_the_stack()
    {
        _tool.Transcriber.Script("a", [new InvalidDataException("damaged")]);
        Assert.Equal(1, await _tool.RunAsync("transcribe", "a.wav", "--verbose"));
        Assert.StartsWith("speech: a.wav: damaged", _tool.Error);
        Assert.Contains(nameof(ScriptedTranscriber), _tool.Error);
    }

    [Fact]
    public async Task Several_in_json_are_one_array_and_a_failure_stands_in_it()
    {
        _tool.Transcriber.Script("a", [Events.Final("one"), new InvalidDataException("damaged")]);
        _tool.Transcriber.Script("b", [Events.Final("two")]);
        Assert.Equal(1, await _tool.RunAsync("transcribe", "--format", "json", "a.wav", "b.wav"));
        using var json = JsonDocument.Parse(_tool.Out);
        Assert.Equal("damaged", json.RootElement[0].GetProperty("error").GetString());
        Assert.Equal("one", json.RootElement[0].GetProperty("text").GetString());
        Assert.Equal("two", json.RootElement[1].GetProperty("text").GetString());
    }

    [Fact]
    public async Task An_output_folder_gets_whole_transcripts_only()
    {
        _tool.Transcriber.Script("a", [Events.Final("one")]);
        _tool.Transcriber.Script("b", [Events.Final("two"), new InvalidDataException("damaged")]);
        var folder = Path.Combine(_folder, "new");
        Assert.Equal(1, await _tool.RunAsync("transcribe", "--format", "srt", "--output", folder, "x/a.wav", "b.mp3"));
        Assert.Equal(["a.srt"], Directory.GetFiles(folder).Select(Path.GetFileName));
        Assert.StartsWith("1\n00:00:00,000", File.ReadAllText(Path.Combine(folder, "a.srt")).ReplaceLineEndings("\n"));
        Assert.Equal("", _tool.Out);
    }

    [Fact]
    public async Task Standard_input_is_raw_samples_as_the_options_describe()
    {
        _tool.Input = [1, 2, 3];
        _tool.Transcriber.Script("stdin", [Events.Final("hello")]);
        Assert.Equal(0, await _tool.RunAsync("transcribe", "--rate", "8000", "--encoding", "mulaw", "-"));
        var input = Assert.Single(_tool.Transcriber.Inputs);
        Assert.Equal((8000, AudioEncoding.MuLaw), (input.SampleRate, input.Encoding));
        Assert.Equal(3, input.Samples!.Length);
    }

    [Fact]
    public async Task Standard_input_is_16_kHz_pcm16_when_nothing_is_said()
    {
        _tool.Transcriber.Script("stdin", []);
        Assert.Equal(0, await _tool.RunAsync("transcribe", "-"));
        var input = Assert.Single(_tool.Transcriber.Inputs);
        Assert.Equal((16000, AudioEncoding.Pcm16), (input.SampleRate, input.Encoding));
    }

    [Fact]
    public async Task Recognition_options_reach_the_transcriber()
    {
        _tool.Transcriber.Script("a", []);
        Assert.Equal(0, await _tool.RunAsync("transcribe", "a.wav", "--model", "m", "--chunk-ms", "320", "--head", "rnnt", "--channel", "2", "--partials"));
        var settings = Assert.Single(_tool.Created);
        Assert.Equal(("m", 320, TransducerHead.Rnnt, true), (settings.ModelPath, settings.ChunkMilliseconds, settings.Head, settings.Partials));
        Assert.Equal(2, Assert.Single(_tool.Transcriber.Inputs).Channel);
    }

    [Fact]
    public async Task How_words_are_written_reaches_the_transcriber()
    {
        _tool.Transcriber.Script("a", []);
        Assert.Equal(0, await _tool.RunAsync("transcribe", "a.wav", "--formatting", "written", "--remove-disfluencies", "--mask-profanity"));
        var settings = Assert.Single(_tool.Created);
        Assert.Equal((TextFormatting.Written, true, true), (settings.Formatting, settings.RemoveDisfluencies, settings.MaskProfanity));
    }

    [Theory]
    [InlineData(false, "partial: he\nfinal: hello\n")]
    [InlineData(true, "\r\e[K\e[2mhe\e[0m\r\e[Khello\n\r\e[K")]
    public async Task Partials_are_drawn_in_place_on_a_terminal_and_are_lines_in_a_pipe(bool terminal, string expected)
    {
        _tool.OutIsTerminal = terminal;
        _tool.Transcriber.Script("a", [Events.Partial("he"), Events.Final("hello"), Events.End()]);
        Assert.Equal(0, await _tool.RunAsync("transcribe", "--partials", "a.wav"));
        Assert.Equal(expected, _tool.Out.Replace(Environment.NewLine, "\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Notices_go_to_standard_error()
    {
        _tool.Transcriber.Script("a", [Events.Final("one"), Events.Notice("the file ends early")]);
        Assert.Equal(0, await _tool.RunAsync("transcribe", "a.wav"));
        Assert.Equal("speech: a.wav: the file ends early\n", _tool.Error);
        Assert.Equal("one\n", _tool.Out);
    }

    [Fact]
    public async Task An_interrupted_run_keeps_what_it_has_and_ends_with_130()
    {
        using var interrupt = new CancellationTokenSource();
        var never = new TaskCompletionSource();
        _tool.Transcriber.Script("a", [Events.Final("one")]);
        _tool.Transcriber.Script("b", [], never.Task);
        var run = _tool.RunAsync(["transcribe", "--parallel", "1", "a.wav", "b.wav"], interrupt.Token);
        while (_tool.Transcriber.Inputs.Count < 2)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        Assert.Equal(130, await run);
        Assert.Contains("one\n", _tool.Out.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("Required argument", "transcribe")]
    [InlineData("one of text, json, srt, vtt, ctm", "transcribe", "a.wav", "--format", "doc")]
    [InlineData("--chunk-ms 0: a whole number above 0 is expected", "transcribe", "a.wav", "--chunk-ms", "0")]
    [InlineData("'-' may be given once", "transcribe", "-", "-")]
    [InlineData("--rate and --encoding describe raw samples", "transcribe", "a.wav", "--rate", "8000")]
    [InlineData("--partials goes with --format text", "transcribe", "a.wav", "--partials", "--format", "json")]
    [InlineData("does not go with --output", "transcribe", "a.wav", "--partials", "--output", "d")]
    [InlineData("does not go with --parallel", "transcribe", "a.wav", "--partials", "--parallel", "2")]
    [InlineData("subtitles of several recordings", "transcribe", "a.wav", "b.wav", "--format", "vtt")]
    [InlineData("would both be written to", "transcribe", "x/a.wav", "y/a.mp3", "--output", "d")]
    [InlineData("--confidence tsallis", "transcribe", "a.wav", "--operating-point", "enhanced", "--confidence", "tsallis")]
    [InlineData("is a folder: 'speech batch", "transcribe", "/")]
    [InlineData("--nonsense", "transcribe", "a.wav", "--nonsense")]
    public async Task What_cannot_be_is_a_usage_error_before_anything_runs(string message, params string[] args)
    {
        Assert.Equal(2, await _tool.RunAsync(args));
        Assert.Contains(message, _tool.Error);
        Assert.StartsWith("speech: ", _tool.Error);
        Assert.Empty(_tool.Created);
    }

    [Fact]
    public async Task The_keyboard_is_no_audio()
    {
        _tool.InputIsTerminal = true;
        Assert.Equal(2, await _tool.RunAsync("transcribe", "-"));
        Assert.Contains("keyboard", _tool.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("transcribe", "--help")]
    [InlineData("wer", "-h")]
    [InlineData("model", "inspect", "--help")]
    public async Task Help_ends_with_examples(params string[] args)
    {
        Assert.Equal(0, await _tool.RunAsync(args));
        Assert.Contains("Usage:", _tool.Out);
        Assert.Contains("Examples:", _tool.Out);
        Assert.Equal("", _tool.Error);
    }

    [Fact]
    public async Task Version_is_printed()
    {
        Assert.Equal(0, await _tool.RunAsync("--version"));
        Assert.Matches(@"^\d+\.\d+\.\d+", _tool.Out);
    }
}
