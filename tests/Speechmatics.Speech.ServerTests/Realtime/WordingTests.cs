using System.Text.Json.Nodes;
using Speechmatics.Speech.Server.Protocol;
using Speechmatics.Speech.Server.Realtime;

namespace Speechmatics.Speech.ServerTests.Realtime;

/// <summary>How words are written: custom dictionary, entities, tags, replacements.</summary>
public sealed class WordingTests(SpeechServer server) : IClassFixture<SpeechServer>
{
    private static readonly string[] Names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    private static readonly Clip Digits = Clip.Named("accented-child-003.wav");

    [Fact]
    public async Task Custom_words_are_heard_and_written_as_given()
    {
        Assert.DoesNotContain("americano ", (await HearAsync(Clip.LongOrder, "")).Text, StringComparison.OrdinalIgnoreCase);

        var log = await HearAsync(Clip.LongOrder, ""","additional_vocab":["Americano",{"content":"MEDIUM-ROAST","sounds_like":["medium roast"]},"H2SO4"]""");

        Assert.Contains("a MEDIUM-ROAST Americano ", log.Text, StringComparison.Ordinal);
        Assert.Contains("H2SO4", Assert.Single(log.Of("Warning"))["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_list_is_compiled_once_and_old_lists_are_forgotten()
    {
        var cache = new VocabularyCache();
        var pool = server.Engine.Pool;
        var first = cache.Get([new VocabularyEntry("one", []), new VocabularyEntry("Two", ["too"])], pool);

        Assert.Same(first, cache.Get([new VocabularyEntry("one", []), new VocabularyEntry("Two", ["too"])], pool));
        Assert.NotSame(first, cache.Get([new VocabularyEntry("one", []), new VocabularyEntry("Two", [])], pool));
        for (var i = 0; i < VocabularyCache.MaxLists; i++) cache.Get([new VocabularyEntry(new string('a', i + 1), [])], pool);
        Assert.Equal(VocabularyCache.MaxLists, cache.Count);
        Assert.NotSame(first, cache.Get([new VocabularyEntry("one", []), new VocabularyEntry("Two", ["too"])], pool));
        Assert.Null(cache.Get([], pool).Vocabulary);
    }

    [Fact]
    public async Task Numbers_come_as_figures_and_as_entities_where_asked_for()
    {
        // how many of the four digits are heard as such depends on the chunk, and that on the load
        var plain = await HearAsync(Digits, "");
        Assert.Contains(plain.Text, char.IsAsciiDigit);
        Assert.All(plain.Finals.SelectMany(final => final["results"]!.AsArray()), result => Assert.Equal("word", result!["type"]!.GetValue<string>()));

        var log = await HearAsync(Digits, ""","enable_entities":true""");

        var entity = Assert.Single(log.Finals.SelectMany(final => final["results"]!.AsArray()), result => result!["type"]!.GetValue<string>() == "entity")!;
        Assert.Equal("number", entity["entity_class"]!.GetValue<string>());
        var spoken = entity["spoken_form"]!.AsArray();
        var written = string.Concat(spoken.Select(word => Array.IndexOf(Names, Content(word))));
        Assert.Equal(written, Content(entity));
        Assert.Equal([written], entity["written_form"]!.AsArray().Select(Content));
        Assert.Contains(written, log.Text, StringComparison.Ordinal);
        Assert.Equal(entity["start_time"]!.GetValue<double>(), spoken[0]!["start_time"]!.GetValue<double>());
        Assert.Equal(entity["end_time"]!.GetValue<double>(), spoken[^1]!["end_time"]!.GetValue<double>());
        for (var i = 1; i < spoken.Count; i++) Assert.Equal(spoken[i - 1]!["end_time"]!.GetValue<double>(), spoken[i]!["start_time"]!.GetValue<double>());
    }

    [Fact]
    public async Task Words_are_replaced_in_partials_and_finals()
    {
        var log = await HearAsync(Clip.Order, ""","transcript_filtering_config":{"replacements":[{"from":"cappuccino","to":"tea"},{"from":"/^sk(.*)$/","to":"w$1"},{"from":"/(?=a)/","to":""},{"from":"two words","to":""}]}""");

        Assert.Contains("tea with wim milk", log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(log.Partials, partial => MessageLog.Transcript(partial).Contains("cappuccino", StringComparison.Ordinal));
        Assert.Equal(2, log.Of("Warning").Count());
    }

    [Theory]
    [InlineData("$5.50", "five dollars fifty", "money")]
    [InlineData("12%", "twelve percent", "percentage")]
    [InlineData("June 3, 2024", "june third twenty twenty four", "date")]
    [InlineData("1999", "nineteen ninety nine", "date")]
    [InlineData("1999", "one thousand nine hundred ninety nine", "number")]
    [InlineData("5:30 p.m.", "five thirty p m", "time")]
    [InlineData("21st", "twenty first", "ordinal")]
    [InlineData("3.5", "three point five", "decimal")]
    [InlineData("42", "forty two", "number")]
    [InlineData("Monday", "monday", null)]
    public void A_written_form_tells_what_it_is(string written, string spoken, string? kind) => Assert.Equal(kind, EntityClass.Of(written, spoken));

    private static string Content(JsonNode? result) => result!["alternatives"]![0]!["content"]!.GetValue<string>();

    private async Task<MessageLog> HearAsync(Clip clip, string config)
    {
        await using var peer = await RealtimePeer.ConnectAsync(server.Realtime);
        await peer.SendAsync(RealtimePeer.Start(config));
        var pcm = clip.Pcm();
        for (var at = 0; at < pcm.Length; at += 3200) await peer.SendAsync(pcm.AsMemory(at, Math.Min(3200, pcm.Length - at)));
        await peer.SendAsync("""{"message":"EndOfStream","last_seq_no":0}""");
        var log = await peer.ReceiveAllAsync();
        log.AssertOrder((pcm.Length + 3199) / 3200, paced: false);
        return log;
    }
}
