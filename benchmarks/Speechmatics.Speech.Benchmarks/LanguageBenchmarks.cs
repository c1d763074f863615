using BenchmarkDotNet.Attributes;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Models.English;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>What a decoder pays for each token: language model, custom vocabulary of 100 and 5000 phrases, confidence. Contexts are those of real sentences.</summary>
[MemoryDiagnoser]
public class LanguageBenchmarks
{
    private const int Steps = 1024;

    private static readonly string[] Sentences =
    [
        "without his scrapbooks his chemicals and his homely untidiness he was an uncomfortable man", "give me a medium roast americano with lots of sugar",
        "it is currently out of print and rare", "no sir but i will attend to the matter immediately", "what is the weather going to be like in london tomorrow",
    ];

    private readonly int[] _tokens = new int[Steps];
    private readonly int[] _states = new int[Steps];
    private readonly int[] _phraseStates = new int[Steps];
    private readonly float[] _row = new float[512];
    private readonly float[] _scratch = new float[512];
    private NGramModel _model = null!;
    private PhraseAutomaton _phrases = null!;

    [Params(100, 5000)]
    public int Phrases { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var encoder = new PieceEncoder(TokenFile.Read(Path.Combine(EnglishModel.Path, "tokens.txt")));
        _model = LanguageModel.Load(Path.Combine(EnglishModel.Path, "ngram.bin")).Model;
        var random = new Random(1);
        var words = Enumerable.Range(0, Phrases).Select(_ => string.Concat(Enumerable.Range(0, 10).Select(_ => "etaoinshrdlu"[random.Next(12)])));
        _phrases = new CustomVocabulary(words.Concat(["lots of sugar", "chemicals", "weather in london"])).Compile(encoder);

        var text = Sentences.SelectMany(sentence => encoder.Encode(sentence)).ToArray();
        var (state, phrase) = (_model.StartState, _phrases.Start);
        for (var i = 0; i < Steps; i++)
        {
            (_tokens[i], _states[i], _phraseStates[i]) = (text[i % text.Length], state, phrase);
            _model.Score(state, _tokens[i], out state);
            _phrases.Step(phrase, _tokens[i], out phrase);
        }

        for (var i = 0; i < _row.Length; i++) _row[i] = (float)(random.NextDouble() * 20) - 10;
    }

    [Benchmark(OperationsPerInvoke = Steps)]
    public float Score()
    {
        var sum = 0f;
        for (var i = 0; i < Steps; i++) sum += _model.Score(_states[i], _tokens[i], out _);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Steps)]
    public float ScoreAll()
    {
        for (var i = 0; i < Steps; i++) _model.ScoreAll(_states[i], _scratch);
        return _scratch[0];
    }

    [Benchmark(OperationsPerInvoke = Steps)]
    public float PhraseStep()
    {
        var sum = 0f;
        for (var i = 0; i < Steps; i++) sum += _phrases.Step(_phraseStates[i], _tokens[i], out _);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Steps)]
    public float PhraseScoreAll()
    {
        for (var i = 0; i < Steps; i++) _phrases.ScoreAll(_phraseStates[i], _scratch);
        return _scratch[0];
    }

    [Benchmark]
    public float MaximumProbability() => ConfidenceMeasures.MaximumProbability(_row, _scratch);

    [Benchmark]
    public float TsallisEntropy() => ConfidenceMeasures.TsallisEntropy(_row, _scratch);
}
