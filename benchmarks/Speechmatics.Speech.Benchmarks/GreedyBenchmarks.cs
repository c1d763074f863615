using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// Greedy TDT against greedy RNN-T over the same real encoder outputs (the reference outputs of the sample clips), the decoder alone, on one thread: all clips as one batch in chunks of
/// the default size, or one after another. The number of joiner rows is printed once for each case; the papers' figure to compare with is 2.82 (arXiv 2304.06795).
/// </summary>
[MemoryDiagnoser]
public class GreedyBenchmarks
{
    private SpeechModel _model = null!;
    private ITransducerNetwork _network = null!;
    private TransducerDecoder _decoder = null!;
    private Clips _clips = null!;
    private GreedyDecoderState[] _states = null!;
    private TokenBuffer[] _tokens = null!;
    private DecodeRow[] _rows = null!;

    [Params(TransducerHead.Rnnt, TransducerHead.Tdt)]
    public TransducerHead Head { get; set; }

    [Params(false, true)]
    public bool Batched { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _model = await SpeechModel.LoadAsync(BenchmarkModel.Path);
        IAcousticModel model = _model;
        _clips = new Clips(model.Layout.OutputWidth);
        _network = model.CreateTransducer(Head, _clips.Count);
        _decoder = new TransducerDecoder(_network, model.Vocabulary, Head);
        _states = [.. Enumerable.Range(0, _clips.Count).Select(_ => new GreedyDecoderState(model.Vocabulary))];
        _tokens = [.. Enumerable.Range(0, _clips.Count).Select(_ => new TokenBuffer())];
        _rows = new DecodeRow[_clips.Count];
        DecodeAll();
        var (evaluations, runs) = (_decoder.JointEvaluations, _decoder.JoinerRuns);
        DecodeAll();
        Console.WriteLine($"// {Head}, batched {Batched}: {_decoder.JointEvaluations - evaluations} joiner rows in {_decoder.JoinerRuns - runs} runs for {_clips.TotalFrames} encoder frames; "
            + $"{_tokens.Sum(t => t.Count)} tokens; predictor cache {_decoder.Cache.Hits} hits, {_decoder.Cache.Misses} misses");
    }

    [Benchmark]
    public int DecodeAll()
    {
        foreach (var state in _states)
            state.Reset();
        foreach (var tokens in _tokens)
            tokens.Clear();
        if (Batched)
        {
            Decode(0, _clips.Count);
        }
        else
        {
            for (var i = 0; i < _clips.Count; i++)
                Decode(i, 1);
        }

        return _tokens[0].Count;
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        _network.Dispose();
        await _model.DisposeAsync();
    }

    private void Decode(int firstClip, int count)
    {
        var chunk = ((IAcousticModel)_model).Layout.DefaultChunkFrames;
        for (var first = 0; ; first += chunk)
        {
            var rows = 0;
            for (var i = firstClip; i < firstClip + count; i++)
                if (first < _clips.Frames(i))
                    _rows[rows++] = new DecodeRow(_states[i], _tokens[i], i, first, Math.Min(first + chunk, _clips.Frames(i)));
            if (rows == 0)
                return;
            _clips.FirstFrame = first;
            _decoder.Decode(_clips, _rows.AsSpan(0, rows));
        }
    }

    private sealed class Clips(int width) : IEncodedChunk
    {
        private readonly float[][] _encoded =
            [.. Directory.GetFiles(BenchmarkModel.Golden, "*.encoded").Order(StringComparer.Ordinal).Select(f => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(f)).ToArray())];

        public int Count => _encoded.Length;

        public int TotalFrames => _encoded.Sum(e => e.Length) / width;

        public int FirstFrame { get; set; }

        public int Frames(int clip) => _encoded[clip].Length / width;

        public ReadOnlySpan<float> Encoded(int row) => _encoded[row].AsSpan(FirstFrame * width);
    }
}
