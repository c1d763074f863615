using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Decoding;

/// <summary>
/// What a decoder carries of one session from chunk to chunk. <see cref="NextFrame"/> may lie beyond the chunk that was decoded last: a TDT duration that passes the
/// chunk's end is carried into the next one, for to forget it would repeat or lose words at the seam. Not thread-safe.
/// </summary>
internal abstract class DecoderState
{
    private readonly TokenBuffer _pending = new();

    /// <summary>The next encoder frame to decode, counted from the stream's start.</summary>
    public abstract long NextFrame { get; }

    /// <summary>Joiner rows that the next step needs, all of them on <see cref="NextFrame"/>.</summary>
    public abstract int JoinerRows { get; }

    /// <summary>Tokens after those emitted that the best hypothesis has but others lack, as <see cref="Settle"/> left them: to be shown, not kept.</summary>
    public TokenBuffer Pending => _pending;

    /// <summary>The last tokens before the step, oldest first, of joiner row <paramref name="row"/>; blank stands where there were none yet.</summary>
    public abstract ReadOnlySpan<int> Context(int row);

    /// <summary>Takes one step by the logits of rows <paramref name="firstRow"/> and following.</summary>
    public abstract void Step(DecoderStep step, int firstRow, TokenBuffer tokens);

    /// <summary>Ends a decoding call: emits what is certain and fills <see cref="Pending"/>.</summary>
    public virtual void Settle(TokenBuffer tokens)
    {
    }

    /// <summary>Ends the utterance: the best hypothesis wins, its tokens are emitted, and what follows begins a sentence.</summary>
    public abstract void Finish(TokenBuffer tokens);

    /// <summary>Goes on to <paramref name="frame"/>, for audio that was never decoded; a frame already passed is ignored.</summary>
    public abstract void SkipTo(long frame);

    /// <summary>Back to the beginning of a stream.</summary>
    public abstract void Reset();

    public abstract void Save(BinaryWriter writer);

    /// <exception cref="InvalidDataException">The data were not saved from a state of this vocabulary and these settings.</exception>
    public abstract void Load(BinaryReader reader, TransducerVocabulary vocabulary);

    protected static InvalidDataException Unfit() => new("The decoder state does not fit the model.");

    protected static int LoadToken(BinaryReader reader, TransducerVocabulary vocabulary)
    {
        var token = reader.ReadInt32();
        return token >= 0 && token < vocabulary.TokenCount ? token : throw new InvalidDataException("The decoder state names a token that the model lacks.");
    }
}
