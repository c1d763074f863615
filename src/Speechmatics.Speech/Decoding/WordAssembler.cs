using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// Makes words of one session's tokens. A piece that begins with U+2581 begins a word, any other continues it. A word starts with its first token's frame and ends where its last token does: at that token's start
/// plus its duration, at least one frame (a model without durations says only where a token starts), and not after the next word's start. Its confidence is the
/// least probability of its tokens. Not thread-safe; without new tokens it allocates nothing.
/// </summary>
internal sealed class WordAssembler
{
    private readonly WordPieces _pieces;
    private readonly double _secondsPerFrame;
    private readonly List<EmittedToken> _tokens = [];
    private readonly List<int> _firstTokens = [];
    private readonly List<RecognizedWord> _words = [];
    private readonly StringBuilder _text = new();
    private readonly List<byte> _bytes = [];
    private bool _lastWordHasText;

    /// <param name="pieces">The model's pieces, shared.</param>
    /// <param name="secondsPerFrame">Seconds of one encoder frame.</param>
    public WordAssembler(WordPieces pieces, double secondsPerFrame)
    {
        (_pieces, _secondsPerFrame) = (pieces, secondsPerFrame);
    }

    /// <summary>The words that are not yet taken, in time order. The list is the assembler's own and changes with the next call; the words in it never change.</summary>
    public IReadOnlyList<RecognizedWord> Words => _words;

    /// <summary>Whether the next token may still continue the last word: true from its first token until <see cref="CloseLastWord"/>, or until it is taken.</summary>
    public bool LastWordMayGrow { get; private set; }

    /// <summary>The encoder frame at which the last token so far ends, taken words included: silence is measured from here. 0 before any token.</summary>
    public long SpeechEndFrame { get; private set; }

    /// <summary>Adds tokens; returns whether <see cref="Words"/> changed.</summary>
    public bool Append(ReadOnlySpan<EmittedToken> tokens)
    {
        if (tokens.IsEmpty)
            return false;
        // the last word may grow, and the start of the next may shorten it
        var firstChanged = Math.Max(0, _firstTokens.Count - 1);
        foreach (ref readonly var token in tokens)
        {
            // a word mark that no text followed joins the next piece: no word is empty
            if (_firstTokens.Count == 0 || (_lastWordHasText && (!LastWordMayGrow || _pieces.BeginsWord(token.Id))))
            {
                _firstTokens.Add(_tokens.Count);
                _lastWordHasText = false;
            }

            LastWordMayGrow = true;
            _lastWordHasText |= _pieces.HasText(token.Id);
            _tokens.Add(token);
            SpeechEndFrame = Math.Max(SpeechEndFrame, EndOf(token));
        }

        MakeWordsFrom(firstChanged);
        return true;
    }

    /// <summary>The words as they would be after <paramref name="pending"/> tokens, which are not kept.</summary>
    public ImmutableArray<RecognizedWord> WordsWith(ReadOnlySpan<EmittedToken> pending)
    {
        if (pending.IsEmpty) return [.. _words];
        var (tokens, firstTokens, mayGrow, hasText, speechEnd) = (_tokens.Count, _firstTokens.Count, LastWordMayGrow, _lastWordHasText, SpeechEndFrame);
        Append(pending);
        var words = _words.ToImmutableArray();
        _tokens.RemoveRange(tokens, _tokens.Count - tokens);
        _firstTokens.RemoveRange(firstTokens, _firstTokens.Count - firstTokens);
        (LastWordMayGrow, _lastWordHasText, SpeechEndFrame) = (mayGrow, hasText, speechEnd);
        MakeWordsFrom(Math.Max(0, firstTokens - 1));
        return words;
    }

    /// <summary>Ends the last word: a token to come begins a new one, whatever its piece. For the end of an utterance.</summary>
    public void CloseLastWord() => LastWordMayGrow = false;

    /// <summary>Takes the first <paramref name="count"/> words out as final; taking the last one closes it.</summary>
    public RecognizedWord[] Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)_words.Count, nameof(count));
        if (count == 0)
            return [];
        var taken = new RecognizedWord[count];
        _words.CopyTo(0, taken, 0, count);
        if (count == _firstTokens.Count)
            LastWordMayGrow = false;
        var tokens = count < _firstTokens.Count ? _firstTokens[count] : _tokens.Count;
        _words.RemoveRange(0, count);
        _tokens.RemoveRange(0, tokens);
        _firstTokens.RemoveRange(0, count);
        foreach (ref var first in CollectionsMarshal.AsSpan(_firstTokens))
            first -= tokens;
        return taken;
    }

    /// <summary>Writes the words under way, for a snapshot.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(SpeechEndFrame);
        writer.Write(LastWordMayGrow);
        writer.Write(_tokens.Count);
        for (var (i, word) = (0, 0); i < _tokens.Count; i++)
        {
            var token = _tokens[i];
            writer.Write(token.Id);
            writer.Write(token.StartFrame);
            writer.Write(token.DurationFrames);
            writer.Write(token.LogProbability);
            var begins = word < _firstTokens.Count && _firstTokens[word] == i;
            writer.Write(begins);
            if (begins)
                word++;
        }
    }

    /// <summary>Takes the place of this assembler's content with what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The data were not saved from an assembler of this model.</exception>
    public void Load(BinaryReader reader)
    {
        Reset();
        SpeechEndFrame = reader.ReadInt64();
        var (mayGrow, count) = (reader.ReadBoolean(), reader.ReadInt32());
        var previous = 0L;
        for (var i = 0; i < count; i++)
        {
            var token = new EmittedToken(reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadSingle());
            var begins = reader.ReadBoolean();
            if ((uint)token.Id >= (uint)_pieces.Count || token.StartFrame < previous || token.DurationFrames < 0 || !(token.LogProbability <= 0) || (i == 0 && !begins))
                throw new InvalidDataException("The words under way do not fit the model.");
            previous = token.StartFrame;
            if (begins)
            {
                _firstTokens.Add(i);
                _lastWordHasText = false;
            }

            _lastWordHasText |= _pieces.HasText(token.Id);
            _tokens.Add(token);
        }

        LastWordMayGrow = mayGrow;
        MakeWordsFrom(0);
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _words.Clear();
        _tokens.Clear();
        _firstTokens.Clear();
        (LastWordMayGrow, _lastWordHasText, SpeechEndFrame) = (false, false, 0);
    }

    private void MakeWordsFrom(int first)
    {
        if (first < _words.Count)
            _words.RemoveRange(first, _words.Count - first);
        var complete = _lastWordHasText ? _firstTokens.Count : _firstTokens.Count - 1;
        for (var word = first; word < complete; word++)
            _words.Add(Make(word));
    }

    private static long EndOf(in EmittedToken token) => token.StartFrame + Math.Max(1, token.DurationFrames);

    private RecognizedWord Make(int word)
    {
        var next = word + 1 < _firstTokens.Count ? _firstTokens[word + 1] : _tokens.Count;
        var tokens = CollectionsMarshal.AsSpan(_tokens)[_firstTokens[word]..next];
        var first = 0;
        while (!_pieces.HasText(tokens[first].Id))
            first++;
        var (start, end) = (tokens[first].StartFrame, EndOf(tokens[^1]));
        if (next < _tokens.Count)
            end = Math.Max(start, Math.Min(end, _tokens[next].StartFrame));
        var least = 0f;
        foreach (ref readonly var token in tokens)
            least = Math.Min(least, token.LogProbability);
        return new RecognizedWord
        {
            Text = TextOf(tokens),
            Start = TimeSpan.FromSeconds(start * _secondsPerFrame),
            End = TimeSpan.FromSeconds(end * _secondsPerFrame),
            Confidence = MathF.Exp(least),
        };
    }

    private string TextOf(ReadOnlySpan<EmittedToken> tokens)
    {
        _text.Clear();
        foreach (ref readonly var token in tokens)
        {
            if (_pieces.Byte(token.Id) is >= 0 and var value)
            {
                _bytes.Add((byte)value);
                continue;
            }

            FlushBytes();
            _text.Append(_pieces.Text(token.Id));
        }

        FlushBytes();
        return _text.ToString();
    }

    private void FlushBytes()
    {
        if (_bytes.Count == 0)
            return;
        _text.Append(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_bytes)));
        _bytes.Clear();
    }
}
