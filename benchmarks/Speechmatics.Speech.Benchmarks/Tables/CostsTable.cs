using System.Collections.Concurrent;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;
using static Speechmatics.Speech.Benchmarks.MarkdownTable;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// <c>costs --audio DIR</c>: what phrases, beams and the language model cost in whole-engine time, encoder included: many sessions at once in full batches, the settings in turn, several rounds of each, the cheapest
/// round of each compared. Phrases are words and pairs of words of the recordings themselves, so that many match.
/// </summary>
internal static class CostsTable
{
    private const int Phrases = 100;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = VerbOptions.Parse(
            "costs", arguments, ("--audio", BenchmarkModel.Samples), ("--sessions", "500"), ("--seconds", "4"), ("--rounds", "3"), ("--workers", Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await using var model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        var clips = await LoadClip.ReadAllAsync(options.Text("--audio"), model.SampleRate, AudioEncoding.Pcm16, Normalisation.Standard, CancellationToken.None);
        var sessions = options.Whole("--sessions");
        var vocabularies = Vocabularies(clips, sessions);
        (string Name, int Beam, float Language, bool Phrases, int Against, double? Limit)[] settings =
        [
            ("greedy", 1, 0, false, 0, null),
            ("greedy, 100 phrases each", 1, 0, true, 0, 1.1),
            ("beam 4", 4, 0, false, 0, 2),
            ("beam 4, language model", 4, 0.4f, false, 0, 2),
            ("beam 4, language model, 100 phrases each", 4, 0.4f, true, 3, 1.1),
        ];
        var best = Enumerable.Repeat(double.MaxValue, settings.Length).ToArray();
        for (var round = 0; round < options.Whole("--rounds"); round++)
            for (var i = 0; i < settings.Length; i++)
                best[i] = Math.Min(best[i], await MeasureAsync(settings[i]));

        Console.WriteLine(FormattableString.Invariant($"{sessions} sessions of {options.Number("--seconds")} s, chunk 640 ms, {options.Whole("--workers")} workers, the best of {options.Whole("--rounds")} rounds\n"));
        var table = new MarkdownTable(Console.Out, "decoding", "engine ms / s of audio", "times", "of", "limit", "holds");
        for (var i = 0; i < settings.Length; i++)
        {
            var ratio = best[i] / best[settings[i].Against];
            table.Row(settings[i].Name, Cell(best[i], "0.00"), Cell(ratio, "0.00"), settings[settings[i].Against].Name, Cell(settings[i].Limit, "0.0"), settings[i].Limit is { } limit ? ratio < limit ? "yes" : "no" : null);
        }

        return 0;

        async Task<double> MeasureAsync((string Name, int Beam, float Language, bool Phrases, int Against, double? Limit) setting)
        {
            await using var pool = new SessionPool(model, new SessionPoolOptions { MaxSessions = sessions, Workers = options.Whole("--workers") });
            var open = new ConcurrentBag<SpeechSession>();
            for (var i = 0; i < sessions; i++)
            {
                open.Add(await pool.OpenAsync(new SessionOptions
                {
                    Chunk = TimeSpan.FromMilliseconds(640),
                    BeamSize = setting.Beam,
                    LanguageModelWeight = setting.Language,
                    CustomVocabulary = setting.Phrases ? vocabularies[i] : null,
                }));
            }

            var samples = (int)(options.Number("--seconds") * model.SampleRate);
            var before = WorkerSeconds(pool);
            await Task.WhenAll(open.Select(async (session, i) =>
            {
                await Task.Yield();
                var player = new ClipPlayer(new ClipSequence(clips, 3200, i), AudioEncoding.Pcm16);
                var audio = new byte[2 * samples];
                player.Fill(audio);
                session.TryWrite(audio.AsSpan());
                session.Complete();
                await foreach (var unused in session.ReadEventsAsync())
                {
                }

                await session.DisposeAsync();
            }));
            return 1000 * (WorkerSeconds(pool) - before) / pool.GetStatus().AudioRecognized.TotalSeconds;
        }
    }

    /// <summary>The workers' processor time, which other programs do not disturb, or where the system does not tell it, the time they spent in steps.</summary>
    private static double WorkerSeconds(SessionPool pool) =>
        ProcessTimes.Read().Workers ?? (double)pool.Counters.BusyTicks.All / TimeProvider.System.TimestampFrequency;

    private static CustomVocabulary[] Vocabularies(LoadClip[] clips, int count)
    {
        var words = clips.SelectMany(clip => clip.Words).Where(word => word.Length > 3 && word.All(char.IsAsciiLetter)).Distinct().Order(StringComparer.Ordinal).ToArray();
        var random = new Random(1);

        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var phrases = new HashSet<string>(StringComparer.Ordinal);
            while (phrases.Count < Phrases) phrases.Add(phrases.Count % 2 == 0 && phrases.Count < words.Length ? Pick() : $"{Pick()} {Pick()}");
            return new CustomVocabulary(phrases);
        })];

        string Pick() => words[random.Next(words.Length)];
    }
}
