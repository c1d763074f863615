using System.Text.Json;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Cli;

public class TranscriptWriterTests
{
    private readonly StringWriter _output = new() { NewLine = "\n" };

    [Fact]
    public void Text_has_a_line_for_each_utterance()
    {
        Write(new TextTranscriptWriter(_output), Events.Final("one two"), Events.Final("three"), Events.End(), Events.Final("four"));
        Assert.Equal("one two three\nfour\n", _output.ToString());
    }

    [Fact]
    public void Ctm_has_a_line_for_each_word_and_no_blanks_in_the_name()
    {
        Write(new CtmTranscriptWriter(_output, "my call", 2), Events.Final([Events.Word("one", 0.08, 0.4, 0.987f), Events.Word("two", 61.5, 62)]));
        Assert.Equal("my_call 2 0.08 0.32 one 0.99\nmy_call 2 61.50 0.50 two 0.50\n", _output.ToString());
    }

    [Fact]
    public void Json_tells_what_was_said_tags_and_what_was_removed()
    {
        var masked = Events.Word("s***", 0, 0.4) with { SpokenForm = "shit", Tags = WordTags.Profanity };
        var filler = Events.Word("um", 0.4, 0.8) with { Tags = WordTags.Disfluency };
        Write(new JsonTranscriptWriter(_output, "a.wav"), Events.Final([masked]), Events.End() with { RemovedWords = [filler] }, Events.End() with { RemovedWords = [filler] });
        using var json = JsonDocument.Parse(_output.ToString());
        var utterances = json.RootElement.GetProperty("utterances");
        Assert.Equal("shit", utterances[0].GetProperty("words")[0].GetProperty("spoken").GetString());
        Assert.Equal("profanity", utterances[0].GetProperty("words")[0].GetProperty("tags")[0].GetString());
        Assert.Equal("disfluency", utterances[0].GetProperty("removed")[0].GetProperty("tags")[0].GetString());
        Assert.Equal(0.8m, utterances[0].GetProperty("end").GetDecimal());
        Assert.Equal("", utterances[1].GetProperty("text").GetString());
        Assert.Equal("um", utterances[1].GetProperty("removed")[0].GetProperty("text").GetString());
    }

    [Fact]
    public void Json_holds_words_times_confidence_and_notices()
    {
        Write(
            new JsonTranscriptWriter(_output, "a.wav"),
            Events.Final([Events.Word("café", 0.08, 0.4, 0.9f)]), Events.Final([Events.Word("two", 0.4, 0.8)]), Events.End(), Events.Notice("cut short"), Events.Final("three", 2));
        using var json = JsonDocument.Parse(_output.ToString());
        var root = json.RootElement;
        Assert.Equal("café two three", root.GetProperty("text").GetString());
        Assert.Equal(2, root.GetProperty("utterances").GetArrayLength());
        var word = root.GetProperty("utterances")[0].GetProperty("words")[0];
        Assert.Equal("café", word.GetProperty("text").GetString());
        Assert.Equal(0.08m, word.GetProperty("start").GetDecimal());
        Assert.Equal(0.4m, word.GetProperty("end").GetDecimal());
        Assert.Equal(0.9m, word.GetProperty("confidence").GetDecimal());
        Assert.Equal("cut short", root.GetProperty("notices")[0].GetProperty("message").GetString());
        Assert.False(root.TryGetProperty("error", out _));
    }

    [Fact]
    public void On_a_terminal_a_partial_is_overwritten_and_shows_its_end()
    {
        Write(new LiveTranscriptWriter(_output, () => 11), Events.Partial("one"), Events.Partial("one two three"), Events.Final("one two three"));
        Assert.Equal("\r\e[K\e[2mone\e[0m\r\e[K\e[2m…two three\e[0m\r\e[Kone two three\n\r\e[K", _output.ToString());
    }

    [Fact]
    public void In_a_pipe_partials_are_lines()
    {
        Write(new PartialLinesWriter(_output), Events.Partial("on"), Events.Final("one"), Events.End());
        Assert.Equal("partial: on\nfinal: one\n", _output.ToString());
    }

    private static void Write(ITranscriptWriter writer, params SpeechEvent[] events)
    {
        foreach (var speechEvent in events)
            writer.Write(speechEvent);
        writer.End(null);
    }
}
