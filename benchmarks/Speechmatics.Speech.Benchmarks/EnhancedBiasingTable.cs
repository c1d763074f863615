using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Tests.Decoding;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// <c>enhanced-biasing MODEL AUDIO [--beams 1,4] [--weights 0,1.6] [--shift 0]</c>: the second pass alone over whole recordings with beams and custom vocabularies: words wrong, rare words heard, false ones, time. AUDIO holds
/// <c>transcripts.jsonl</c> and <c>hotwords.json</c>. Error rates are of plain lower-case words without figures made alike, so higher than those of <c>speech wer</c>.
/// </summary>
internal static partial class EnhancedBiasingTable
{
    /// <summary>Returns the exit code: 0 done, 2 called wrongly.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var modelFolder, var audioFolder, .. var rest] || rest.Length % 2 != 0)
        {
            Console.Error.WriteLine("enhanced-biasing: expected MODEL AUDIO [--beams 1,4] [--weights 0,1.6] [--shift 0]");
            return 2;
        }

        var options = rest.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var beams = options.GetValueOrDefault("--beams", "1,4").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture));
        var weights = options.GetValueOrDefault("--weights", "0,1.6").Split(',').Select(text => float.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var shift = int.Parse(options.GetValueOrDefault("--shift", "0"), CultureInfo.InvariantCulture);
        await using var model = await EnhancedSpeechModel.LoadAsync(modelFolder);
        var clips = ReadClips(audioFolder);
        Console.WriteLine($"{clips.Length} clips, {clips.Sum(clip => clip.Words.Length)} words, {clips.Sum(clip => clip.Audio.Length) / 16000} s\n");
        Console.WriteLine("| beam | weight | WER % | sub | ins | del | read twice | processor ms / s of audio | rare words |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var beam in beams)
            foreach (var weight in weights)
                Console.WriteLine(Measure(model, clips, beam, HotWords.Read(Path.Combine(audioFolder, "hotwords.json"), weight, shift), weight));
        return 0;
    }

    private static Clip[] ReadClips(string folder) =>
    [
        .. File.ReadLines(Path.Combine(folder, "transcripts.jsonl")).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            var audio = json.RootElement.GetProperty("audio").GetString()!;
            return new Clip(audio, Plain(json.RootElement.GetProperty("text").GetString()!), WaveFile.Read(Path.Combine(folder, audio)));
        }),
    ];

    private static string Measure(EnhancedSpeechModel model, Clip[] clips, int beam, HotWords hotWords, float weight)
    {
        var encoder = new BytePairEncoder(model.Vocabulary);
        var mel = new WhisperMelExtractor(new WhisperMelOptions());
        using var reader = new SecondPassReader(model, (audio, output) => mel.Compute(audio, output.Length / 80 * 160, output));
        var texts = new string[clips.Length];
        var (twice, start) = (0, Environment.CpuUsage.TotalTime);
        foreach (var group in Enumerable.Range(0, clips.Length).GroupBy(i => SecondPassReader.PaddedSamples(clips[i].Audio.Length)))
        {
            int[] indexes = [.. group];
            SecondPassJob[] jobs = [.. indexes.Select(i => new SecondPassJob
            {
                Audio = clips[i].Audio,
                StartSample = 0,
                BeamSize = beam,
                Phrases = weight > 0 ? hotWords.For(clips[i].Name).Compile(encoder) : null,
            })];
            var results = new SecondPassResult[jobs.Length];
            reader.Read(jobs, results, default);
            for (var i = 0; i < jobs.Length; i++)
            {
                texts[indexes[i]] = string.Join(' ', results[i].Words.Select(word => word.Text));
                if (results[i].ReadTwice) twice++;
            }
        }

        var spent = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds / clips.Sum(clip => clip.Audio.Length / 16000.0);
        string[][] heard = [.. texts.Select(Plain)];
        var errors = default(WordErrors);
        for (var i = 0; i < clips.Length; i++) errors += WordErrors.Count(clips[i].Words, heard[i]);

        var found = hotWords.Score([.. clips.Select(clip => clip.Name)], [.. clips.Select(clip => clip.Words)], heard);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {beam} | {weight} | {100.0 * errors.Errors / errors.Words:F1} | {errors.Substitutions} | {errors.Insertions} | {errors.Deletions} | {twice} | {spent:F1} | {found} |");
    }

    private static string[] Plain(string text) => NoWord().Replace(text.ToLowerInvariant(), " ").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"[^\p{L}\p{N}']+|(?<!\w)'|'(?!\w)")]
    private static partial Regex NoWord();

    private sealed record Clip(string Name, string[] Words, float[] Audio);
}
