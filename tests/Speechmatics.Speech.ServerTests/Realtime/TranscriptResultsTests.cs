using System.Text.Json;
using System.Text.Json.Nodes;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Server;
using Speechmatics.Speech.Server.Protocol;
using Speechmatics.Speech.Server.Realtime;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>Words of the engine as the protocol's results.</summary>
public sealed class TranscriptResultsTests
{
    [Fact]
    public void Abbreviations_keep_their_points_and_sentences_end_with_theirs()
    {
        var (text, results) = Write("", Word("Mr."), Word("Smith", from: 1), Word("came", from: 2), Word("at", from: 3), Word("5", from: 4), Word("p.m.", from: 5), Word("didn't", from: 6), Word("he?", from: 7));

        Assert.Equal("Mr. Smith came at 5 p.m. didn't he?", text);
        Assert.Equal(["Mr.", "Smith", "came", "at", "5", "p.m.", "didn't", "he", "?"], results.Select(Content));
        Assert.Equal("punctuation", results[^1]!["type"]!.GetValue<string>());
    }

    [Fact]
    public void A_written_form_of_several_words_shares_its_time_among_them()
    {
        var (text, results) = Write("", Word("June 3, 2024.", spoken: "june third twenty twenty four", from: 1, to: 3));

        Assert.Equal("June 3, 2024.", text);
        Assert.Equal(["June", "3", ",", "2024", "."], results.Select(Content));
        Assert.Equal((1.0, 3.0), (results[0]!["start_time"]!.GetValue<double>(), results[3]!["end_time"]!.GetValue<double>()));
        Assert.Equal([false, true], results.Where(result => result!["is_eos"] is not null).Select(result => result!["is_eos"]!.GetValue<bool>()));
    }

    [Fact]
    public void Fillers_and_swear_words_are_tagged_and_fillers_left_out_where_asked_for()
    {
        RecognizedWord[] words = [Word("Um", tags: WordTags.Disfluency), Word("damn", from: 1, tags: WordTags.Profanity), Word("cold", from: 2)];

        var (_, results) = Write("", words);
        Assert.Equal(["disfluency"], results[0]!["alternatives"]![0]!["tags"]!.AsArray().Select(tag => tag!.GetValue<string>()));
        Assert.Equal(["profanity"], results[1]!["alternatives"]![0]!["tags"]!.AsArray().Select(tag => tag!.GetValue<string>()));
        Assert.Null(results[2]!["alternatives"]![0]!["tags"]);

        // the engine leaves them out
        Assert.True(SessionSettings.From(Settings(""","transcript_filtering_config":{"remove_disfluencies":true}"""), new SpeechServerOptions(), null).RemoveDisfluencies);
        Assert.False(SessionSettings.From(Settings(""), new SpeechServerOptions(), null).RemoveDisfluencies);
    }

    [Fact]
    public void A_pattern_that_would_take_for_ever_is_harmless()
    {
        var replacement = WordReplacement.Create("/^(a+)+$/", "x", out _)!;
        var began = DateTime.UtcNow;

        Assert.Equal(new string('a', 5000) + "!", replacement.Apply(new string('a', 5000) + "!"));

        Assert.True(DateTime.UtcNow - began < TimeSpan.FromSeconds(2));
        Assert.Null(WordReplacement.Create("/(a)\\1/", "x", out var problem));
        Assert.NotEmpty(problem);
    }

    private static RecognizedWord Word(string text, string? spoken = null, double from = 0, double? to = null, WordTags tags = WordTags.None) => new()
    {
        Text = text,
        SpokenForm = spoken,
        Start = TimeSpan.FromSeconds(from),
        End = TimeSpan.FromSeconds(to ?? from + 0.5),
        Confidence = 0.9f,
        Tags = tags,
    };

    private static (string Text, JsonArray Results) Write(string config, params RecognizedWord[] words)
    {
        var message = JsonNode.Parse(ServerMessages.Transcript(final: false, [.. words], TimeSpan.Zero, Settings(config)))!;
        return (MessageLog.Transcript(message), message["results"]!.AsArray());
    }

    private static RecognitionSettings Settings(string config) =>
        RecognitionSettingsReader.Read(JsonDocument.Parse(RealtimePeer.Start(config)).RootElement, "en", hasEnhanced: false, hasVoiceActivity: false, null);

    private static string Content(JsonNode? result) => result!["alternatives"]![0]!["content"]!.GetValue<string>();
}
