using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Decodes many sessions at once, greedy ones and beam searches side by side: in each round every session that still has frames takes one step, all of them in one joiner run, or in a few where the beams need
/// more rows than the network has. Belongs to one thread; allocates nothing in steady state. A session's result never depends on the others.
/// </summary>
internal sealed class TransducerDecoder
{
    /// <summary>Contexts of predictor outputs kept by default.</summary>
    public const int DefaultCacheCapacity = 4096;

    private readonly ITransducerNetwork _network;
    private readonly PredictorCache _cache;
    private readonly DecoderStep _step;
    private readonly int[] _active;
    private readonly int[] _firstRows;

    /// <param name="network">Predictor and joiner of <paramref name="head"/>; its <see cref="ITransducerNetwork.MaxRows"/> is the most rows of one call and the widest beam.</param>
    /// <param name="vocabulary">Tokens and rules.</param>
    /// <param name="head">The rules to decode by.</param>
    /// <param name="cacheCapacity">Predictor outputs kept.</param>
    public TransducerDecoder(ITransducerNetwork network, TransducerVocabulary vocabulary, TransducerHead head, int cacheCapacity = DefaultCacheCapacity)
    {
        _network = network;
        _cache = new PredictorCache(network, vocabulary.ContextTokens, cacheCapacity);
        _step = new DecoderStep(network, vocabulary, head);
        _active = new int[network.MaxRows];
        _firstRows = new int[network.MaxRows];
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
            var taken = Fill(chunk, rows, active, out var joinerRows);
            _network.RunJoiner(joinerRows);
            JoinerRuns++;
            JointEvaluations += joinerRows;

            var left = 0;
            for (var i = 0; i < active; i++)
            {
                ref readonly var row = ref rows[_active[i]];
                if (i < taken) row.State.Step(_step, _firstRows[i], row.Tokens);
                if (row.State.NextFrame < row.EndFrame)
                    _active[left++] = _active[i];
            }

            active = left;
        }

        foreach (ref readonly var row in rows) row.State.Settle(row.Tokens);
    }

    /// <summary>Fills the joiner's inputs for as many of the active sessions as there are rows for; returns how many.</summary>
    private int Fill(IEncodedChunk chunk, ReadOnlySpan<DecodeRow> rows, int active, out int joinerRows)
    {
        _cache.Begin();
        joinerRows = 0;
        var taken = 0;
        for (; taken < active; taken++)
        {
            ref readonly var row = ref rows[_active[taken]];
            var state = row.State;
            if (joinerRows + state.JoinerRows > _network.MaxRows) break;
            _firstRows[taken] = joinerRows;
            var frame = chunk.Encoded(row.EncodedRow).Slice((int)(state.NextFrame - row.FirstFrame) * _network.Width, _network.Width);
            for (var i = 0; i < state.JoinerRows; i++, joinerRows++)
            {
                frame.CopyTo(_network.JoinerEncoded(joinerRows));
                _cache.Add(joinerRows, state.Context(i));
            }
        }

        _cache.Complete();
        return taken;
    }
}
