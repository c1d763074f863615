using System.Numerics.Tensors;
using Speechmatics.Speech.Decoding.Fusion;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>Greedy decoding of one session: the best token at every step. Not thread-safe.</summary>
/// <remarks>
/// TDT (Xu et al. 2023, arXiv 2304.06795), by the rules of NeMo's batched decoder: at frame t the best token k and the best duration d, each by its own block of logits; a token that is not blank is emitted;
/// t += d. Blank with d = 0 counts as d = 1, and so does the last token a frame may have. RNN-T (Graves 2012, arXiv 1211.3711): blank goes one frame on,
/// any other token stays on the frame, up to the same limit. With a language model or phrases the acoustic scores alone say whether a token is
/// emitted, and all together which one (arXiv 2505.22857).
/// </remarks>
internal sealed class GreedyDecoderState : DecoderState
{
    private readonly int _blankId;
    private readonly int[] _context;
    private readonly DecoderSettings _settings;
    private FusionState _fusionState;
    private long _speechEnd;
    private long _nextFrame;

    public GreedyDecoderState(TransducerVocabulary vocabulary, DecoderSettings? settings = null)
    {
        _settings = settings ?? DecoderSettings.Greedy;
        _blankId = vocabulary.BlankId;
        _context = new int[vocabulary.ContextTokens];
        Reset();
    }

    public override long NextFrame => _nextFrame;

    public override int JoinerRows => 1;

    /// <summary>Tokens already emitted on <see cref="NextFrame"/>.</summary>
    public int SymbolsOnFrame { get; private set; }

    public override ReadOnlySpan<int> Context(int row = 0) => _context;

    /// <summary>Appends a token to the context and counts it on the current frame.</summary>
    public void Push(int token)
    {
        _context.AsSpan(1).CopyTo(_context);
        _context[^1] = token;
        SymbolsOnFrame++;
    }

    public override void Step(DecoderStep step, int firstRow, TokenBuffer tokens)
    {
        var logits = step.TokenLogits(firstRow);
        var token = TensorPrimitives.IndexOfMax(logits);
        var isBlank = token == _blankId;
        var duration = step.HasDurations ? step.Vocabulary.Durations[TensorPrimitives.IndexOfMax(step.DurationLogits(firstRow))] : isBlank ? 1 : 0;
        if (!isBlank)
        {
            if (_settings.Fusion is { } fusion) token = Choose(fusion, step, logits);
            tokens.Add(new EmittedToken(token, _nextFrame, duration, step.LogConfidence(logits, token, _settings.Confidence)));
            _speechEnd = _nextFrame + Math.Max(1, duration);
            Push(token);
        }

        Advance(step.FramesAfter(duration, isBlank, SymbolsOnFrame));
    }

    public override void Finish(TokenBuffer tokens) => _fusionState = _settings.Fusion?.Start ?? default;

    public override void SkipTo(long frame)
    {
        if (frame > _nextFrame) (_nextFrame, SymbolsOnFrame) = (frame, 0);
    }

    public override void Reset()
    {
        (_nextFrame, SymbolsOnFrame, _speechEnd) = (0, 0, 0);
        _fusionState = _settings.Fusion?.Start ?? default;
        Array.Fill(_context, _blankId);
    }

    public override void Save(BinaryWriter writer)
    {
        writer.Write(_nextFrame);
        writer.Write(SymbolsOnFrame);
        writer.Write(_speechEnd);
        _fusionState.Save(writer);
        writer.Write(_context.Length);
        foreach (var token in _context)
            writer.Write(token);
    }

    public override void Load(BinaryReader reader, TransducerVocabulary vocabulary)
    {
        var (next, symbols, speechEnd) = (reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt64());
        var fusion = FusionState.Load(reader, _settings.Fusion);
        if (next < 0 || symbols < 0 || speechEnd < 0 || reader.ReadInt32() != _context.Length) throw Unfit();
        Span<int> context = stackalloc int[_context.Length];
        foreach (ref var token in context) token = LoadToken(reader, vocabulary);
        (_nextFrame, SymbolsOnFrame, _speechEnd, _fusionState) = (next, symbols, speechEnd, fusion);
        context.CopyTo(_context);
    }

    private int Choose(ShallowFusion fusion, DecoderStep step, ReadOnlySpan<float> logits)
    {
        if (_nextFrame - _speechEnd >= _settings.PauseFrames) _fusionState = fusion.Start;
        var scores = step.Scores.AsSpan();
        logits.CopyTo(scores);
        fusion.AddTo(scores, _fusionState, step.Terms);
        scores[_blankId] = float.NegativeInfinity;
        var token = TensorPrimitives.IndexOfMax<float>(scores);
        _fusionState = fusion.Next(_fusionState, token);
        return token;
    }

    private void Advance(int frames)
    {
        if (frames == 0)
            return;
        _nextFrame += frames;
        SymbolsOnFrame = 0;
    }
}
