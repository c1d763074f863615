using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Fusion;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// <c>decoding --manifest FILE --audio DIR</c>: word error rate, joiner rows for each encoder frame and time of greedy decoding and beams, with and without language model and custom vocabulary, TDT beside RNN-T,
/// as one table. The encoder runs once; decoders run alone over its outputs, 32 sessions at a time in chunks of the default size, on one thread.
/// </summary>
internal static class DecodingTable
{
    private const int Sessions = 32;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = VerbOptions.Parse(
            "decoding", arguments,
            ("--manifest", null), ("--audio", null), ("--hotwords", ""), ("--half", "all"), ("--list", ""), ("--beams", "1,4,8"), ("--weights", "0,0.4"), ("--heads", "Tdt,Rnnt"),
            ("--phrase-weight", CustomVocabulary.StandardWeight.ToString(CultureInfo.InvariantCulture)), ("--lm", Path.Combine(BenchmarkModel.Path, "ngram.bin")), ("--shift", "0"), ("--plot", ""));
        await using var loaded = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        IAcousticModel model = loaded;
        var (clips, encoding) = await EncodeAsync(model, options);
        var vocabularies = options.Text("--hotwords") is { Length: > 0 } file ? HotWords.Read(file, (float)options.Number("--phrase-weight"), options.Whole("--shift")) : null;
        var language = LanguageModel.Load(options.Text("--lm"));
        var (seconds, frames) = (clips.Sum(clip => clip.Seconds), clips.Sum(clip => clip.Frames));
        Console.WriteLine(FormattableString.Invariant($"{clips.Length} clips, {clips.Sum(clip => clip.Words.Length)} words, {seconds:F0} s; encoder alone, one session: {encoding:F1} s\n"));
        var table = new MarkdownTable(
            Console.Out, "head", "beam", "LM weight", "phrases", "WER %", "sub", "ins", "del", "joiner rows / frame", "joiner runs / frame", "decoder ms / s of audio", "hot words found");
        var rows = new List<DecodingFigures>();
        foreach (var head in options.List("--heads").Select(Enum.Parse<TransducerHead>))
            foreach (var beam in options.Wholes("--beams"))
                foreach (var weight in options.List("--weights").Select(text => float.Parse(text, CultureInfo.InvariantCulture)))
                    foreach (var biased in vocabularies is null ? [false] : new[] { false, true })
                    {
                        rows.Add(Measure(model, head, clips, beam, weight > 0 ? language : null, weight, vocabularies, biased, frames, seconds));
                        table.Row(rows[^1].Cells());
                    }

        if (options.Text("--plot") is { Length: > 0 } plot) await File.WriteAllTextAsync(plot, DecodingFigures.Plot(rows, 1000 * encoding / seconds));
        return 0;
    }

    private static async Task<(DecodingClip[] Clips, double Seconds)> EncodeAsync(IAcousticModel model, VerbOptions options)
    {
        using var streams = new BenchmarkStreams(model, 1);
        var clips = new List<DecodingClip>();
        var watch = Stopwatch.StartNew();
        foreach (var (number, line) in File.ReadLines(options.Text("--manifest")).Index())
        {
            if (options.Text("--half") == "even" && number % 2 == 1) continue;
            if (options.Text("--half") == "odd" && number % 2 == 0) continue;
            using var json = JsonDocument.Parse(line);
            var (audio, text) = (json.RootElement.GetProperty("audio").GetString()!, json.RootElement.GetProperty("text").GetString()!);
            if (!audio.Contains(options.Text("--list"), StringComparison.Ordinal)) continue;
            streams.Clear();
            clips.Add(await DecodingClip.EncodeAsync(model, streams, options.Text("--audio"), audio, text));
        }

        return ([.. clips], watch.Elapsed.TotalSeconds);
    }

    private static DecodingFigures Measure(
        IAcousticModel model, TransducerHead head, DecodingClip[] clips, int beam, LanguageModel? language, float weight, HotWords? hotWords, bool biased, int frames, double seconds)
    {
        var encoder = new PieceEncoder(model.Vocabulary.Pieces);
        using var network = model.CreateTransducer(head, Math.Max(64, Sessions));
        var decoder = new TransducerDecoder(network, model.Vocabulary, head, 1024);
        var automata = clips.Select(clip => biased ? hotWords!.For(clip.Audio)?.Compile(encoder, greedy: beam == 1) : null).ToArray();
        var (watch, texts, spare) = (new Stopwatch(), new string[clips.Length], long.MaxValue);
        long rows = 0, runs = 0;
        for (var pass = 0; pass < 2; pass++)
        {
            (rows, runs) = (decoder.JointEvaluations, decoder.JoinerRuns);
            watch.Restart();
            for (var first = 0; first < clips.Length; first += Sessions)
                Decode(model, decoder, clips, automata, first, Math.Min(Sessions, clips.Length - first), beam, language, weight, texts, encoder);
            spare = Math.Min(spare, watch.ElapsedTicks);
        }

        (rows, runs) = (decoder.JointEvaluations - rows, decoder.JoinerRuns - runs);
        var errors = default(WordErrors);
        for (var i = 0; i < clips.Length; i++) errors += WordErrors.Count(clips[i].Words, texts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var found = hotWords is null ? "" : hotWords.Score(clips, texts);
        return new DecodingFigures(
            head, beam, weight, biased, errors, (double)rows / frames, (double)runs / frames, 1000.0 * spare / Stopwatch.Frequency / seconds, found);
    }

    private static void Decode(
        IAcousticModel model, TransducerDecoder decoder, DecodingClip[] clips, PhraseAutomaton?[] automata, int from, int count, int beam, LanguageModel? language, float weight, string[] texts, PieceEncoder encoder)
    {
        var layout = model.Layout;
        var frames = new Frames(layout.OutputWidth, clips.AsSpan(from, count).ToArray());
        var states = new DecoderState[count];
        var tokens = new TokenBuffer[count];
        for (var i = 0; i < count; i++)
        {
            var phrases = automata[from + i];
            states[i] = new DecoderSettings
            {
                BeamSize = beam,
                PauseFrames = 8,
                Fusion = language is null && phrases is null ? null : new ShallowFusion(language?.Model, weight, phrases),
            }.CreateState(model.Vocabulary);
            tokens[i] = new TokenBuffer();
        }

        var rows = new List<DecodeRow>();
        for (var first = 0; ; first += layout.DefaultChunkFrames)
        {
            rows.Clear();
            for (var i = 0; i < count; i++)
                if (first < clips[from + i].Frames) rows.Add(new DecodeRow(states[i], tokens[i], i, first, Math.Min(first + layout.DefaultChunkFrames, clips[from + i].Frames)));
            if (rows.Count == 0) break;
            frames.First = first;
            decoder.Decode(frames, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows));
        }

        for (var i = 0; i < count; i++)
        {
            states[i].Finish(tokens[i]);
            texts[from + i] = encoder.Decode([.. tokens[i].Tokens.ToArray().Select(token => token.Id)]);
        }
    }

    private sealed class Frames(int width, DecodingClip[] clips) : IEncodedChunk
    {
        public int First { get; set; }

        public ReadOnlySpan<float> Encoded(int row) => clips[row].Encoded.AsSpan(First * width);
    }
}
