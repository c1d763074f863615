using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// What a greedy transducer decoder carries of one session from chunk to chunk. <see cref="NextFrame"/> may lie beyond the chunk that was decoded last: a TDT duration that passes the
/// chunk's end is carried into the next one, for to forget it would repeat or lose words at the seam. Not thread-safe.
/// </summary>
internal sealed class TransducerDecoderState
{
    private readonly int _blankId;
    private readonly int[] _context;

    public TransducerDecoderState(TransducerVocabulary vocabulary)
    {
        _blankId = vocabulary.BlankId;
        _context = new int[vocabulary.ContextTokens];
        Array.Fill(_context, _blankId);
    }

    /// <summary>The next encoder frame to decode, counted from the stream's start.</summary>
    public long NextFrame { get; private set; }

    /// <summary>Tokens already emitted on <see cref="NextFrame"/>.</summary>
    public int SymbolsOnFrame { get; private set; }

    /// <summary>The last tokens, oldest first; blank stands where there were none yet.</summary>
    public ReadOnlySpan<int> Context => _context;

    /// <summary>Appends a token to the context and counts it on the current frame.</summary>
    public void Push(int token)
    {
        _context.AsSpan(1).CopyTo(_context);
        _context[^1] = token;
        SymbolsOnFrame++;
    }

    /// <summary>Goes <paramref name="frames"/> on; 0 stays on the frame.</summary>
    public void Advance(int frames)
    {
        if (frames == 0)
            return;
        NextFrame += frames;
        SymbolsOnFrame = 0;
    }

    /// <summary>Goes on to <paramref name="frame"/>, for audio that was never decoded; a frame already passed is ignored.</summary>
    public void SkipTo(long frame)
    {
        if (frame <= NextFrame)
            return;
        NextFrame = frame;
        SymbolsOnFrame = 0;
    }

    /// <summary>Back to the beginning of a stream.</summary>
    public void Reset()
    {
        NextFrame = 0;
        SymbolsOnFrame = 0;
        Array.Fill(_context, _blankId);
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(NextFrame);
        writer.Write(SymbolsOnFrame);
        writer.Write(_context.Length);
        foreach (var token in _context)
            writer.Write(token);
    }

    /// <exception cref="InvalidDataException">The data were not saved from a state of this vocabulary.</exception>
    public void Load(BinaryReader reader, TransducerVocabulary vocabulary)
    {
        var (next, symbols, length) = (reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32());
        if (next < 0 || symbols < 0 || length != _context.Length)
            throw new InvalidDataException("The decoder state does not fit the model.");
        Span<int> context = stackalloc int[length];
        foreach (ref var token in context)
        {
            token = reader.ReadInt32();
            if (token < 0 || token >= vocabulary.TokenCount)
                throw new InvalidDataException("The decoder state names a token that the model lacks.");
        }

        (NextFrame, SymbolsOnFrame) = (next, symbols);
        context.CopyTo(_context);
    }
}
