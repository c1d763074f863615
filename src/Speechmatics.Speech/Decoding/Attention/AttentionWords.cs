using System.Collections.Immutable;
using System.Text;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>Makes words with times and confidence from a reading. Owned by one thread; allocates the words only.</summary>
/// <remarks>
/// A word begins at a token that begins with a space; punctuation without a space stays with its word. Its confidence is the least probability among its tokens
/// (punctuation included): a word is right only if every part of it is. A word ends where the next token that is not its punctuation begins to be spoken, or where its punctuation does, because
/// a pause is attributed to the punctuation.
/// </remarks>
internal sealed class AttentionWords
{
    /// <summary>
    /// The attention moves to a word when a good part of it has been heard: boundaries found by warping come late. Measured on the alignment references (231 word starts
    /// inside utterances): 0.16 s late in the median; after pauses, against the rise of the energy, 0.1 to 0.2 s. Starts are moved back by this much.
    /// </summary>
    private const double LateSeconds = 0.12;

    /// <summary>The first word begins where the power first comes within 35 dB of the word's greatest.</summary>
    private const float OnsetPowerRatio = 3e-4f;

    private readonly AttentionVocabulary _vocabulary;
    private readonly AttentionAligner _aligner = new();
    private readonly int _samplesPerFrame;
    private readonly int _sampleRate;
    private int[] _starts = new int[64];
    private byte[] _bytes = new byte[256];

    public AttentionWords(AttentionVocabulary vocabulary, AttentionLayout layout) =>
        (_vocabulary, _samplesPerFrame, _sampleRate) = (vocabulary, layout.SamplesPerEncoderFrame, layout.SampleRate);

    /// <summary>How many words a reading has, about: tokens at which one begins.</summary>
    public int Count(AttentionHypothesis reading)
    {
        var words = 0;
        foreach (var token in reading.Tokens)
            if (_vocabulary.BeginsWord(token)) words++;
        return words;
    }

    /// <summary>The words of a reading.</summary>
    /// <param name="reading">With its alignment over the whole utterance.</param>
    /// <param name="audio">The utterance, without padding.</param>
    /// <param name="startSample">Where it begins in the stream. No time lies outside the utterance.</param>
    public ImmutableArray<RecognizedWord> Build(AttentionHypothesis reading, ReadOnlySpan<float> audio, long startSample)
    {
        Locate(reading, audio);
        var tokens = reading.Tokens;
        var words = ImmutableArray.CreateBuilder<RecognizedWord>();
        for (int from = 0, to; from < tokens.Length; from = to)
        {
            for (to = from + 1; to < tokens.Length && !_vocabulary.BeginsWord(tokens[to]);) to++;
            var text = Text(tokens[from..to]);
            if (text.Length == 0) continue;
            var end = to;
            while (end > from + 1 && IsPunctuation(tokens[end - 1])) end--;
            words.Add(new RecognizedWord
            {
                Text = text,
                Start = TimeOf(startSample + _starts[from]),
                End = TimeOf(startSample + (end < reading.AlignmentRows ? _starts[end] : audio.Length)),
                Confidence = Confidence(reading.LogProbabilities[from..to]),
            });
        }

        return words.ToImmutable();
    }

    /// <summary>Fills <see cref="_starts"/> with samples: where each token begins, and after the last one the end of the text. Never falls, never leaves the utterance.</summary>
    private void Locate(AttentionHypothesis reading, ReadOnlySpan<float> audio)
    {
        var rows = reading.AlignmentRows;
        if (_starts.Length < rows) _starts = new int[2 * rows];
        var starts = _starts.AsSpan(0, rows);
        _aligner.Align(reading, starts);
        var late = (int)(LateSeconds * _sampleRate);
        var tokens = reading.Tokens.Length;
        for (var i = 1; i < rows; i++) starts[i] = Math.Clamp((starts[i] * _samplesPerFrame) - (i < tokens ? late : 0), 0, audio.Length);
        if (rows > 1) starts[0] = Onset(audio[..starts[1]]);
        for (var i = 1; i < rows; i++) starts[i] = Math.Max(starts[i], starts[i - 1]);
    }

    /// <summary>The warping lets the first token begin at once, whatever comes before it.</summary>
    private int Onset(ReadOnlySpan<float> audio)
    {
        var greatest = 0f;
        for (var at = 0; at < audio.Length; at += _samplesPerFrame) greatest = Math.Max(greatest, Power(audio, at));
        for (var at = 0; at < audio.Length; at += _samplesPerFrame)
            if (Power(audio, at) >= greatest * OnsetPowerRatio) return at;
        return 0;
    }

    private float Power(ReadOnlySpan<float> audio, int at)
    {
        var frame = audio[at..Math.Min(audio.Length, at + _samplesPerFrame)];
        return System.Numerics.Tensors.TensorPrimitives.SumOfSquares(frame) / frame.Length;
    }

    private string Text(ReadOnlySpan<int> tokens)
    {
        var length = 0;
        foreach (var token in tokens)
        {
            var bytes = _vocabulary.Bytes(token);
            if (_bytes.Length < length + bytes.Length) Array.Resize(ref _bytes, 2 * (length + bytes.Length));
            bytes.CopyTo(_bytes.AsSpan(length));
            length += bytes.Length;
        }

        return Encoding.UTF8.GetString(_bytes.AsSpan(0, length).Trim((byte)' ')).Trim();
    }

    /// <summary>ASCII only: other punctuation may share its bytes with letters.</summary>
    private bool IsPunctuation(int token)
    {
        foreach (var value in _vocabulary.Bytes(token))
            if (!char.IsAscii((char)value) || !char.IsPunctuation((char)value)) return false;
        return true;
    }

    private static float Confidence(ReadOnlySpan<float> logProbabilities) =>
        MathF.Exp(System.Numerics.Tensors.TensorPrimitives.Min(logProbabilities));

    private TimeSpan TimeOf(long sample) => TimeSpan.FromTicks(sample * TimeSpan.TicksPerSecond / _sampleRate);
}
