using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Tests.Decoding;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// The second pass on one thread: what encoder and decoder cost by padded length and batch, and how far its word times are from the references. Run with
/// <c>enhanced</c>, the model folder and the folder of full recordings and references. Each time is the least of several, the measure that other load disturbs least.
/// </summary>
internal static class EnhancedBenchmarks
{
    private const int SampleRate = 16000;
    private const int Tokens = 20;
    private static readonly WhisperMelExtractor Mel = new(new WhisperMelOptions());

    public static async Task<int> RunAsync(string modelFolder, string sharedFolder)
    {
        await using var model = await EnhancedSpeechModel.LoadAsync(modelFolder);
        MeasureBinding(model, modelFolder);
        Console.WriteLine();
        MeasureCost(model, WaveFile.Read(Path.Combine(sharedFolder, "audio", "librispeech-other-000.wav")));
        await MeasureWordTimesAsync(model, sharedFolder);
        return 0;
    }

    /// <summary>Speech repeated to the padded length less four seconds; the decoder is made to write the same number of tokens each time.</summary>
    private static void MeasureCost(EnhancedSpeechModel model, float[] speech)
    {
        Console.WriteLine("| padded s | rows | encoder ms per row | encoder x real time | step ms | step ms per row | decoder x real time at 3 tokens a second |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var seconds in new[] { 6, 8, 10, 16, 30 })
        {
            var samples = (seconds - 4) * SampleRate;
            var audio = Enumerable.Range(0, samples).Select(i => speech[i % speech.Length]).ToArray();
            var mel = new float[seconds * SampleRate / model.Layout.HopSamples * model.Layout.MelBins];
            Mel.Compute(audio, seconds * SampleRate, mel);
            foreach (var rows in new[] { 1, 4, 8 })
            {
                using var network = model.CreateNetwork(rows);
                var (encoder, step) = (double.MaxValue, double.MaxValue);
                for (var attempt = 0; attempt < 5; attempt++)
                {
                    network.Begin(rows, mel.Length / model.Layout.MelBins);
                    for (var row = 0; row < rows; row++) encoder = Math.Min(encoder, Milliseconds(() => network.Encode(row, mel)));
                    var tokens = Enumerable.Repeat((long)model.Vocabulary.Prompt[0], rows).ToArray();
                    for (var i = 0; i < Tokens; i++)
                    {
                        step = Math.Min(step, Milliseconds(() => network.Step(tokens, 1)));
                        tokens.AsSpan().Fill(1000 + i);
                    }
                }

                var speechSeconds = seconds - 4.0;
                Console.WriteLine($"| {seconds} | {rows} | {encoder:f1} | {speechSeconds * 1000 / encoder:f0} | {step:f2} | {step / rows:f2} | {speechSeconds * 1000 / (((3 * speechSeconds) + 3) * step / rows):f0} |");
            }
        }
    }

    /// <summary>
    /// Steps of the decoder over ten seconds of padded silence, with buffers bound as the library does, and by plain runs that hand ONNX Runtime's own outputs back as the next inputs.
    /// </summary>
    private static void MeasureBinding(EnhancedSpeechModel model, string modelFolder)
    {
        Console.WriteLine("| rows | step ms bound | step ms plain | bytes allocated for each step bound | plain |");
        Console.WriteLine("|---|---|---|---|---|");
        using var options = new SessionOptions { IntraOpNumThreads = 1, EnableMemoryPattern = false };
        using var decoder = new InferenceSession(Path.Combine(modelFolder, "decoder.onnx"), options);
        var mel = new float[10 * SampleRate / model.Layout.HopSamples * model.Layout.MelBins];
        Mel.Compute([], 10 * SampleRate, mel);
        foreach (var rows in new[] { 1, 4, 8 })
        {
            var (bound, plain) = (new Spent(), new Spent());
            using var network = model.CreateNetwork(rows);
            for (var attempt = 0; attempt < 10; attempt++)
            {
                BoundSteps(network, mel, rows, bound);
                PlainSteps(decoder, model.Layout, rows, plain);
            }

            Console.WriteLine($"| {rows} | {bound.MeanMilliseconds:f2} | {plain.MeanMilliseconds:f2} | {bound.Bytes} | {plain.Bytes} |");
        }
    }

    private static void BoundSteps(IAttentionNetwork network, float[] mel, int rows, Spent spent)
    {
        network.Begin(rows, mel.Length / network.Layout.MelBins);
        for (var row = 0; row < rows; row++) network.Encode(row, mel);
        var tokens = Enumerable.Repeat(1000L, rows).ToArray();
        for (var i = 0; i < Tokens; i++)
        {
            spent.Begin();
            network.Step(tokens, 1);
            spent.End(i);
        }
    }

    private static void PlainSteps(InferenceSession decoder, AttentionLayout layout, int rows, Spent spent)
    {
        using var run = new RunOptions();
        string[] keys = [.. Enumerable.Range(0, layout.Layers).SelectMany(n => new[] { $"key_{n}", $"value_{n}" })];
        string[] inputs = ["tokens", .. keys.Select(key => "past_" + key), .. keys.Select(key => "cross_" + key)];
        string[] outputs = ["logits", .. keys, "alignment"];
        var frames = 10 * SampleRate / layout.SamplesPerEncoderFrame;
        using var tokens = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1000L, rows).ToArray(), [rows, 1]);

        // one for each name, as much memory as in earnest
        OrtValue[] cross = [.. keys.Select(_ => OrtValue.CreateTensorValueFromMemory(new float[rows * layout.KeyFloats * frames], [rows, layout.Heads, frames, layout.Width]))];
        using var none = OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [rows, layout.Heads, 0, layout.Width]);
        IDisposableReadOnlyCollection<OrtValue>? last = null;
        for (var i = 0; i < Tokens; i++)
        {
            var past = last;
            spent.Begin();
            OrtValue[] values = [tokens, .. Enumerable.Range(0, keys.Length).Select(k => past is null ? none : past[1 + k]), .. cross];
            last = decoder.Run(run, inputs, values, outputs);
            past?.Dispose();
            spent.End(i);
        }

        last?.Dispose();
        foreach (var value in cross) value.Dispose();
    }

    /// <summary>
    /// Inner words that both have in common. The references stop moving at about half of each recording (their last words all end at one moment), so words within 0.3 s of the reference's last
    /// time are left out.
    /// </summary>
    private static async Task MeasureWordTimesAsync(EnhancedSpeechModel model, string sharedFolder)
    {
        using var reader = new SecondPassReader(model, (audio, mel) => Mel.Compute(audio, mel.Length / 80 * 160, mel), maxRows: 1);
        var errors = new List<double>();
        foreach (var path in Directory.GetFiles(Path.Combine(sharedFolder, "golden", "alignments"), "*.json").Order(StringComparer.Ordinal))
        {
            using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
            var references = json.RootElement.GetProperty("words").EnumerateArray()
                .Select(w => (Word: w.GetProperty("word").GetString()!, Start: w.GetProperty("start").GetDouble(), End: w.GetProperty("end").GetDouble())).ToArray();
            var audio = WaveFile.Read(Path.Combine(sharedFolder, "audio", json.RootElement.GetProperty("audio").GetString()!));
            var results = new SecondPassResult[1];
            reader.Read([new SecondPassJob { Audio = audio, StartSample = 0 }], results, default);
            var words = results[0].Words.Select(w => (Word: Plain(w.Text), Start: w.Start.TotalSeconds)).ToArray();
            foreach (var (i, j) in Common([.. words.Select(w => w.Word)], [.. references.Select(r => r.Word)]))
                if (i > 0 && j > 0 && references[j].End < references[^1].End - 0.3) errors.Add(words[i].Start - references[j].Start);
        }

        var absolute = errors.Select(Math.Abs).Order().ToArray();
        var signed = errors.Order().ToArray();
        Console.WriteLine($"Word starts against {errors.Count} references: median absolute error {absolute[absolute.Length / 2]:f3} s, mean {absolute.Average():f3} s, "
            + $"90 % within {absolute[absolute.Length * 9 / 10]:f3} s; median with its sign {signed[signed.Length / 2]:f3} s.");
    }

    private static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Plain(string word) => new([.. word.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c == '\'')]);

    /// <summary>The longest common subsequence, as index pairs.</summary>
    private static IEnumerable<(int First, int Second)> Common(string[] first, string[] second)
    {
        var length = new int[first.Length + 1, second.Length + 1];
        for (var i = first.Length - 1; i >= 0; i--)
            for (var j = second.Length - 1; j >= 0; j--)
                length[i, j] = first[i] == second[j] ? length[i + 1, j + 1] + 1 : Math.Max(length[i + 1, j], length[i, j + 1]);
        for (int i = 0, j = 0; i < first.Length && j < second.Length;)
        {
            if (first[i] == second[j]) yield return (i++, j++);
            else if (length[i + 1, j] >= length[i, j + 1]) i++;
            else j++;
        }
    }

    /// <summary>The least that each step of several attempts took.</summary>
    private sealed class Spent
    {
        private readonly double[] _milliseconds = [.. Enumerable.Repeat(double.MaxValue, Tokens)];
        private long _start;
        private long _allocated;

        public double MeanMilliseconds => _milliseconds.Average();

        /// <summary>Managed bytes of the last step.</summary>
        public long Bytes { get; private set; }

        public void Begin() => (_allocated, _start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());

        public void End(int step)
        {
            _milliseconds[step] = Math.Min(_milliseconds[step], Stopwatch.GetElapsedTime(_start).TotalMilliseconds);
            Bytes = GC.GetAllocatedBytesForCurrentThread() - _allocated;
        }
    }
}
