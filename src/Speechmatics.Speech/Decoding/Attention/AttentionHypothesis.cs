namespace Speechmatics.Speech.Decoding;

/// <summary>What <see cref="AttentionDecoder"/> read in one utterance. Made once and filled again and again; the spans are valid until then.</summary>
internal sealed class AttentionHypothesis
{
    private int[] _tokens = new int[64];
    private float[] _logProbabilities = new float[64];
    private float[] _alignment = [];
    private int _count;
    private int _rows;

    /// <summary>The text's tokens, without prompt and end.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>
    /// The natural logarithm of each token's probability among the tokens that were allowed there; after the last token, where <see cref="Stop"/> is
    /// <see cref="AttentionStop.EndOfText"/>, that of the end.
    /// </summary>
    public ReadOnlySpan<float> LogProbabilities => _logProbabilities.AsSpan(0, _rows);

    /// <summary>The mean of <see cref="LogProbabilities"/>.</summary>
    public float MeanLogProbability { get; private set; }

    /// <summary>The probability of the no-speech token after the first token of the prompt, 0 to 1.</summary>
    public float NoSpeechProbability { get; set; }

    public AttentionStop Stop { get; private set; }

    /// <summary>Alignment heads kept; 0 when none were asked for.</summary>
    public int AlignmentHeads { get; private set; }

    /// <summary>Encoder frames kept for each head.</summary>
    public int AlignmentFrames { get; private set; }

    /// <summary>Rows of the alignment: as many as <see cref="LogProbabilities"/>.</summary>
    public int AlignmentRows => AlignmentFrames == 0 ? 0 : _rows;

    /// <summary>Where one head looked when it chose token <paramref name="row"/> (or the end): <see cref="AlignmentFrames"/> weights.</summary>
    public ReadOnlySpan<float> Alignment(int row, int head) =>
        _alignment.AsSpan(((row * AlignmentHeads) + head) * AlignmentFrames, AlignmentFrames);

    /// <summary>Forgets the last result.</summary>
    public void Begin(int alignmentHeads, int alignmentFrames)
    {
        (_count, _rows, AlignmentHeads, AlignmentFrames) = (0, 0, alignmentHeads, alignmentFrames);
        (MeanLogProbability, NoSpeechProbability, Stop) = (0, 0, AttentionStop.EndOfText);
    }

    /// <summary>Room for the alignment of the next choice, to fill before <see cref="Add"/> or <see cref="AddEnd"/>.</summary>
    public Span<float> NextAlignment(int head)
    {
        var row = AlignmentHeads * AlignmentFrames;
        if (_alignment.Length < (_rows + 1) * row) Array.Resize(ref _alignment, Math.Max(16 * row, 2 * (_rows + 1) * row));
        return _alignment.AsSpan((_rows * row) + (head * AlignmentFrames), AlignmentFrames);
    }

    public void Add(int token, float logProbability)
    {
        AddEnd(logProbability);
        _tokens[_count++] = token;
    }

    /// <summary>Adds the end of the text, which is no token of it.</summary>
    public void AddEnd(float logProbability)
    {
        if (_rows == _tokens.Length)
        {
            Array.Resize(ref _tokens, 2 * _rows);
            Array.Resize(ref _logProbabilities, 2 * _rows);
        }

        _logProbabilities[_rows++] = logProbability;
    }

    public void Complete(AttentionStop stop)
    {
        var sum = 0.0;
        foreach (var value in LogProbabilities) sum += value;
        MeanLogProbability = (float)(sum / _rows);
        Stop = stop;
    }
}
