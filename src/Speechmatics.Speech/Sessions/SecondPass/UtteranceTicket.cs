using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>An ended utterance on its way through the second pass. Its fields are set once by the one who has it: the worker of the stream, then the worker that reads it.</summary>
internal sealed class UtteranceTicket(SessionStream stream, EndedUtterance utterance, long arrival, FlushRequest? flush)
{
    public SessionStream Stream { get; } = stream;

    public EndedUtterance Utterance { get; } = utterance;

    /// <summary>When the last sample that ended the utterance had arrived.</summary>
    public long Arrival { get; } = arrival;

    /// <summary>The flush that ended the utterance, or null.</summary>
    public FlushRequest? Flush { get; } = flush;

    /// <summary>
    /// For a reading of an utterance that has not ended, which only refines partials: the utterance's number in its stream. -1 for a reading that gives a final.
    /// </summary>
    public int Refines { get; init; } = -1;

    /// <summary>What partials show of the utterance until its final comes.</summary>
    public ImmutableArray<RecognizedWord> Shown { get; set; } = [];

    /// <summary>The utterance's audio at the model's rate; empty when there is nothing to read.</summary>
    public float[] Audio { get; init; } = [];

    /// <summary>The first sample of <see cref="Audio"/>, counted from the stream's start.</summary>
    public long StartSample { get; init; }

    /// <summary>When the reading must be done, or the first pass's words go out (timestamp of the pool's clock).</summary>
    public long Deadline { get; init; }

    /// <summary>Where the part that is read next begins in <see cref="Audio"/>: utterances too long for the model are read in parts.</summary>
    public int PartStart { get; set; }

    /// <summary>Samples of the part that is read next.</summary>
    public int PartSamples { get; set; }

    /// <summary>Words of the parts already read.</summary>
    public ImmutableArray<RecognizedWord> Read { get; set; } = [];

    public bool Done { get; private set; }

    /// <summary>What the final says.</summary>
    public ImmutableArray<RecognizedWord> Words { get; private set; } = [];

    /// <summary>Words that the session does not want in the final.</summary>
    public ImmutableArray<RecognizedWord> Removed { get; private set; } = [];

    /// <summary>What the session is to be told besides, or null.</summary>
    public SessionNotice? Notice { get; private set; }

    public void Complete(ImmutableArray<RecognizedWord> words, SessionNotice? notice, WordDisplay display)
    {
        var removed = new List<RecognizedWord>();
        Words = display.Apply([.. words], continues: false, removed);
        Removed = [.. removed];
        Notice = notice;
        Done = true;
    }
}
