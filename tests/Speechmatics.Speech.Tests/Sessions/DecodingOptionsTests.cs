using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

public class DecodingOptionsTests(ModelFixture fixture)
{
    private static readonly TimeSpan Chunk = TimeSpan.FromMilliseconds(640);

    private static LanguageModel Language { get; } = LanguageModel.Load(Path.Combine(Repository.EnglishModel, "ngram.bin"));

    [Fact]
    public async Task Sessions_of_all_settings_decode_together_and_each_as_if_alone()
    {
        var vocabulary = new CustomVocabulary(["Americano", "lots of sugar"]);
        SessionOptions[] kinds =
        [
            new() { Chunk = Chunk }, new() { Chunk = Chunk, BeamSize = 4 }, new() { Chunk = Chunk, LanguageModel = Language, CustomVocabulary = vocabulary },
            new() { Chunk = Chunk, BeamSize = 8, LanguageModelWeight = 0 }, new() { Chunk = Chunk, BeamSize = 4, CustomVocabulary = vocabulary, Confidence = ConfidenceMeasure.TsallisEntropy },
        ];
        var clips = Clips.All.Take(10).ToArray();
        await using var lone = new SessionPool(fixture.Model, new SessionPoolOptions { Workers = 1, MaxBatch = 1, MaxSessions = 1 });
        var expected = new List<string>();
        foreach (var (i, clip) in clips.Index())
        {
            await using var session = await lone.OpenAsync(kinds[i % kinds.Length]);
            expected.Add(Clips.Words(await Clips.PlayAsync(session, clip.Samples)));
        }

        await using var shared = new SessionPool(fixture.Model, new SessionPoolOptions { Workers = 2, MaxSessions = 100 });
        var together = await Task.WhenAll(clips.Index().Select(async entry =>
        {
            await using var session = await shared.OpenAsync(kinds[entry.Index % kinds.Length]);
            return Clips.Words(await Clips.PlayAsync(session, entry.Item.Samples, 160 + (97 * entry.Index)));
        }));
        Assert.Equal(expected, together);
    }

    [Fact]
    public async Task A_beam_errs_less_than_greedy_and_a_language_model_makes_it_err_less_still()
    {
        var samples = Clips.All;
        async Task<int> ErrorsAsync(SessionOptions options)
        {
            await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 100 });
            var errors = await Task.WhenAll(samples.Select(async clip =>
            {
                await using var session = await pool.OpenAsync(options);
                return Distance(clip.Text.Split(' '), Clips.Text(await Clips.PlayAsync(session, clip.Samples)).Split(' '));
            }));
            return errors.Sum();
        }

        var greedy = await ErrorsAsync(new SessionOptions { Chunk = Chunk });
        var beam = await ErrorsAsync(new SessionOptions { Chunk = Chunk, BeamSize = 4, LanguageModelWeight = 0 });
        var language = await ErrorsAsync(new SessionOptions { Chunk = Chunk, BeamSize = 4 });
        Assert.True(beam <= greedy && language < beam && language < greedy * 0.9, $"greedy {greedy}, beam {beam}, with language model {language} errors");
    }

    [Fact]
    public async Task Partials_show_the_best_hypothesis_and_finals_come_in_time()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        await using var session = await pool.OpenAsync(new SessionOptions { Chunk = TimeSpan.FromMilliseconds(160), BeamSize = 4, MaxDelay = TimeSpan.FromSeconds(1.5) });
        var events = await Clips.PlayAsync(session, Clips.Named("orders-009").Samples);
        Assert.True(events.OfType<PartialTranscript>().Count() > 5);
        var words = events.OfType<FinalTranscript>().SelectMany(final => final.Words).ToArray();
        Assert.Contains(words, word => word.Text == "sugar");
        Assert.All(words.Zip(words.Skip(1)), pair => Assert.True(pair.First.Start <= pair.Second.Start));
        Assert.True(events.OfType<FinalTranscript>().Count() > 1);
    }

    [Fact]
    public async Task A_flush_makes_the_best_hypothesis_final_at_once()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 2 });
        var clip = Clips.Named("orders-009");
        await using var session = await pool.OpenAsync(new SessionOptions { Chunk = Chunk, BeamSize = 4 });
        await session.WriteAsync(clip.Samples);
        await session.FlushAsync();
        session.Complete();
        var events = await Clips.ReadAllAsync(session);
        Assert.Contains("sugar", Clips.Text(events), StringComparison.Ordinal);
        Assert.Contains(events.OfType<EndOfUtterance>(), end => end.Reason == EndOfUtteranceReason.Forced);
    }

    [Fact]
    public async Task A_saved_session_needs_its_language_model_and_vocabulary_again()
    {
        var vocabulary = new CustomVocabulary(["Americano"]);
        var options = new SessionOptions { Chunk = Chunk, BeamSize = 4, CustomVocabulary = vocabulary, Formatting = TextFormatting.Written };
        var samples = Clips.Named("orders-009").Samples;
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 3 });
        string expected;
        await using (var whole = await pool.OpenAsync(options)) expected = Clips.Words(await Clips.PlayAsync(whole, samples));

        await using var first = await pool.OpenAsync(options);
        await first.WriteAsync(samples.AsMemory(0, samples.Length / 2));
        var state = await first.ExportStateAsync();
        var missing = await Assert.ThrowsAsync<InvalidDataException>(async () => await pool.RestoreAsync(state));
        Assert.Contains("custom vocabulary", missing.Message, StringComparison.Ordinal);
        var other = await Assert.ThrowsAsync<InvalidDataException>(async () => await pool.RestoreAsync(state, null, new CustomVocabulary(["Espresso"])));
        Assert.Contains("another custom vocabulary", other.Message, StringComparison.Ordinal);

        await using var restored = await pool.RestoreAsync(state, null, new CustomVocabulary(["Americano"]));
        await restored.WriteAsync(samples.AsMemory(samples.Length / 2));
        restored.Complete();
        var rest = Clips.Words(await Clips.ReadAllAsync(restored));
        Assert.NotEmpty(rest);
        Assert.EndsWith(rest, expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Phrases_are_shown_as_the_vocabulary_writes_them_and_what_was_said_is_kept()
    {
        var vocabulary = new CustomVocabulary([new VocabularyPhrase("NVIDIA") { SoundsLike = ["en vidia"] }, new VocabularyPhrase("New York"), new VocabularyPhrase("iPhone")]);
        var encoder = new PieceEncoder(fixture.Model.Vocabulary.Pieces);
        var words = "the en vidia office in new york has twenty five iphone".Split(' ').Select((text, i) =>
            new RecognizedWord { Text = text, Start = TimeSpan.FromSeconds(i), End = TimeSpan.FromSeconds(i + 1), Confidence = 1 - (i * 0.01f) }).ToArray();
        var shown = new WordDisplay(vocabulary, encoder, TextFormatting.Written).Apply(words, continues: false);
        Assert.Equal(["The", "NVIDIA", "office", "in", "New", "York", "has", "25", "iPhone"], shown.Select(word => word.Text));
        Assert.Equal(["the", "en vidia", null, null, "new", "york", null, "twenty five", "iphone"], shown.Select(word => word.SpokenForm));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), 0.98f), (shown[1].Start, shown[1].End, shown[1].Confidence));
        Assert.Equal("the", new WordDisplay(vocabulary, encoder, TextFormatting.Written).Apply(words, continues: true)[0].Text);
        Assert.Equal("twenty", new WordDisplay(vocabulary, encoder, TextFormatting.None).Apply(words, continues: false)[7].Text);
    }

    [Fact]
    public void What_the_second_pass_writes_around_a_phrase_stays()
    {
        var vocabulary = new CustomVocabulary([new VocabularyPhrase("NVIDIA"), new VocabularyPhrase("lots of sugar"), new VocabularyPhrase("ER")]);
        var encoder = new PieceEncoder(fixture.Model.Vocabulary.Pieces);
        var words = "Lots of sugar, er, from nvidia. Er, um. Er.".Split(' ').Select((text, i) =>
            new RecognizedWord { Text = text, Start = TimeSpan.FromSeconds(i), End = TimeSpan.FromSeconds(i + 1), Confidence = 1 }).ToArray();
        var removed = new List<RecognizedWord>();
        var shown = new WordDisplay(vocabulary, encoder, TextFormatting.None, removeDisfluencies: true).Apply(words, continues: false, removed);
        Assert.Equal("Lots of sugar, ER, from NVIDIA. ER. ER.", string.Join(' ', shown.Select(word => word.Text)));
        Assert.Equal(["um."], removed.Select(word => word.Text));
        Assert.Equal(words.Length, shown.Length + removed.Count);
    }

    [Fact]
    public async Task Settings_out_of_range_are_refused_as_the_session_opens()
    {
        await using var pool = new SessionPool(fixture.Model, new SessionPoolOptions { MaxSessions = 1 });
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pool.OpenAsync(new SessionOptions { BeamSize = 17 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pool.OpenAsync(new SessionOptions { SecondPassBeamSize = 9 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pool.OpenAsync(new SessionOptions { LanguageModelWeight = float.NaN }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await pool.OpenAsync(new SessionOptions { CustomVocabulary = new CustomVocabulary(["\u6771\u4eac"]) }));
    }

    private static int Distance(string[] reference, string[] heard)
    {
        var row = Enumerable.Range(0, heard.Length + 1).ToArray();
        for (var i = 1; i <= reference.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= heard.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (reference[i - 1] == heard[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
