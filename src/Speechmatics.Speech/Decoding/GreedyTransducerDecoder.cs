using System.Numerics.Tensors;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Greedy decoding of many sessions at once: in each round every session that still has frames takes one step, all of them in one joiner run. Belongs to one thread;
/// allocates nothing in steady state. A session's result never depends on the others.
/// </summary>
/// <remarks>
/// TDT (Xu et al. 2023, arXiv 2304.06795), by the rules of NeMo's batched decoder: at frame t the best token k and the best duration d, each by its own block of logits; a token that is not blank is emitted;
/// t += d. Blank with d = 0 counts as d = 1, and so does the last token a frame may have. RNN-T (Graves 2012, arXiv 1211.3711): blank goes one frame on,
/// any other token stays on the frame, up to the same limit.
/// </remarks>
internal sealed class GreedyTransducerDecoder
{
    /// <summary>Contexts of predictor outputs kept by default.</summary>
    public const int DefaultCacheCapacity = 4096;

    private readonly ITransducerNetwork _network;
    private readonly TransducerVocabulary _vocabulary;
    private readonly TransducerHead _head;
    private readonly PredictorCache _cache;
    private readonly PinnedBuffer<float> _exponentials;
    private readonly int[] _active;

    /// <param name="network">Predictor and joiner of <paramref name="head"/>; its <see cref="ITransducerNetwork.MaxRows"/> is the most rows of one call.</param>
    /// <param name="vocabulary">Tokens and rules.</param>
    /// <param name="head">The rules to decode by.</param>
    /// <param name="cacheCapacity">Predictor outputs kept.</param>
    public GreedyTransducerDecoder(ITransducerNetwork network, TransducerVocabulary vocabulary, TransducerHead head, int cacheCapacity = DefaultCacheCapacity)
    {
        (_network, _vocabulary, _head) = (network, vocabulary, head);
        _cache = new PredictorCache(network, vocabulary.ContextTokens, cacheCapacity);
        _exponentials = new(vocabulary.TokenCount);
        _active = new int[network.MaxRows];
    }

    /// <summary>Joiner rows computed so far.</summary>
    public long JointEvaluations { get; private set; }

    /// <summary>Joiner runs so far, each of one or more rows.</summary>
    public long JoinerRuns { get; private set; }

    /// <summary>The predictor's cache, for its counters.</summary>
    public PredictorCache Cache => _cache;

    /// <summary>Decodes each row's frames from its state's next frame up to its end frame.</summary>
    /// <exception cref="SpeechModelException">A network failed; rows may have taken part of their steps.</exception>
    public void Decode(IEncodedChunk chunk, ReadOnlySpan<DecodeRow> rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows.Length, _active.Length, nameof(rows));
        var active = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].State.NextFrame < rows[i].FirstFrame)
                throw new ArgumentException($"Row {i} is to decode frame {rows[i].State.NextFrame} next, which is before its chunk.", nameof(rows));
            if (rows[i].State.NextFrame < rows[i].EndFrame)
                _active[active++] = i;
        }

        while (active > 0)
        {
            _cache.Begin();
            for (var i = 0; i < active; i++)
            {
                ref readonly var row = ref rows[_active[i]];
                var frame = (int)(row.State.NextFrame - row.FirstFrame);
                chunk.Encoded(row.EncodedRow).Slice(frame * _network.Width, _network.Width).CopyTo(_network.JoinerEncoded(i));
                _cache.Add(i, row.State.Context);
            }

            _cache.Complete();
            _network.RunJoiner(active);
            JoinerRuns++;
            JointEvaluations += active;

            var left = 0;
            for (var i = 0; i < active; i++)
            {
                ref readonly var row = ref rows[_active[i]];
                Step(row.State, row.Tokens, _network.Logits(i));
                if (row.State.NextFrame < row.EndFrame)
                    _active[left++] = _active[i];
            }

            active = left;
        }
    }

    private void Step(TransducerDecoderState state, TokenBuffer tokens, ReadOnlySpan<float> logits)
    {
        var tokenLogits = logits[.._vocabulary.TokenCount];
        var token = TensorPrimitives.IndexOfMax(tokenLogits);
        var isBlank = token == _vocabulary.BlankId;
        var frames = _head == TransducerHead.Tdt
            ? _vocabulary.Durations[TensorPrimitives.IndexOfMax(logits[_vocabulary.TokenCount..])]
            : isBlank ? 1 : 0;
        if (!isBlank)
        {
            tokens.Add(new EmittedToken(token, state.NextFrame, frames, LogProbability(tokenLogits, token)));
            state.Push(token);
        }

        // a step that neither moves nor may emit again would repeat itself for ever
        if (frames == 0 && (isBlank || state.SymbolsOnFrame >= _vocabulary.MaxSymbolsPerFrame))
            frames = 1;
        state.Advance(frames);
    }

    private float LogProbability(ReadOnlySpan<float> logits, int token)
    {
        // always the same, aligned memory: sums of floats must not depend on where the row lay
        var exponentials = _exponentials.Span(0, logits.Length);
        TensorPrimitives.Subtract(logits, logits[token], exponentials);
        TensorPrimitives.Exp(exponentials, exponentials);
        return -MathF.Log(TensorPrimitives.Sum<float>(exponentials));
    }
}
