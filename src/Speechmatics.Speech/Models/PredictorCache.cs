using System.Numerics.Tensors;

namespace Speechmatics.Speech.Models;

/// <summary>
/// Predictor outputs by token context: the predictor sees nothing else, and speech repeats its pairs, so most look-ups save a run. Direct mapped (a new context replaces the one in its
/// place), all memory taken at once. Belongs to one thread with its network.
/// </summary>
/// <remarks>Use: <see cref="Begin"/>, <see cref="Add"/> for each row of the next joiner run, <see cref="Complete"/>; what is missing is computed in one predictor run.</remarks>
internal sealed class PredictorCache
{
    private readonly ITransducerNetwork _network;
    private readonly int _contextTokens;
    private readonly int _mask;
    private readonly int[] _contexts;
    private readonly float[] _outputs;
    private readonly int[] _missingRows;
    private readonly int[] _missingEntries;
    private int _missing;

    /// <param name="network">Computes what is missing and takes the results.</param>
    /// <param name="contextTokens">Tokens of one context.</param>
    /// <param name="capacity">Contexts kept, rounded up to a power of two; each takes <see cref="ITransducerNetwork.Width"/> floats.</param>
    public PredictorCache(ITransducerNetwork network, int contextTokens, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var entries = checked((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity));
        (_network, _contextTokens, _mask) = (network, contextTokens, entries - 1);
        _contexts = new int[entries * contextTokens];
        Array.Fill(_contexts, -1);
        _outputs = new float[checked(entries * network.Width)];
        _missingRows = new int[network.MaxRows];
        _missingEntries = new int[network.MaxRows];
    }

    /// <summary>Look-ups answered without a predictor row.</summary>
    public long Hits { get; private set; }

    /// <summary>Predictor rows computed.</summary>
    public long Misses { get; private set; }

    public void Begin() => _missing = 0;

    /// <summary>Puts the predictor's output for <paramref name="context"/> into joiner row <paramref name="row"/>, now or in <see cref="Complete"/>.</summary>
    public void Add(int row, ReadOnlySpan<int> context)
    {
        var entry = EntryOf(context);
        if (context.SequenceEqual(_contexts.AsSpan(entry * _contextTokens, _contextTokens)))
        {
            Hits++;
            _outputs.AsSpan(entry * _network.Width, _network.Width).CopyTo(_network.JoinerPredicted(row));
            return;
        }

        TensorPrimitives.ConvertChecked(context, _network.PredictorContext(_missing));
        _missingRows[_missing] = row;
        _missingEntries[_missing++] = entry;
    }

    /// <summary>Computes what was missing, so that every added joiner row is filled.</summary>
    public void Complete()
    {
        if (_missing == 0)
            return;
        _network.RunPredictor(_missing);
        Misses += _missing;
        for (var i = 0; i < _missing; i++)
        {
            var output = _network.Predicted(i);
            output.CopyTo(_network.JoinerPredicted(_missingRows[i]));
            output.CopyTo(_outputs.AsSpan(_missingEntries[i] * _network.Width));
            TensorPrimitives.ConvertChecked<long, int>(_network.PredictorContext(i), _contexts.AsSpan(_missingEntries[i] * _contextTokens, _contextTokens));
        }

        _missing = 0;
    }

    private int EntryOf(ReadOnlySpan<int> context)
    {
        var hash = 0u;
        foreach (var token in context)
            hash = (hash ^ (uint)token) * 0x9E3779B1u;
        return (int)(hash >> 15) & _mask;
    }
}
