using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// A stretch of speech without a token on its way through a second decoding. The worker that runs the reading's stream takes its words and completes it; the owner's worker then has them.
/// </summary>
internal sealed class BlankSpan(SessionEngine engine, StepScheduler scheduler, SessionStream owner, TimeSpan from, TimeSpan audioStart, TimeSpan end, long askedAt)
{
    private readonly List<RecognizedWord> _words = [];
    private bool _done;

    /// <summary>Where the last word before it ends.</summary>
    public TimeSpan From => from;

    /// <summary>Where it ends.</summary>
    public TimeSpan End => end;

    /// <summary>When it was found (timestamp of the pool's clock).</summary>
    public long AskedAt => askedAt;

    /// <summary>The words of the reading, in audio time; complete when <see cref="Done"/>.</summary>
    public IReadOnlyList<RecognizedWord> Words => _words;

    /// <summary>Why there is no reading, or null.</summary>
    public string? Failure { get; private set; }

    public bool Done => Volatile.Read(ref _done);

    /// <summary>Takes the words that belong to the stretch out of the reading's events.</summary>
    public void Take(List<SpeechEvent> events)
    {
        foreach (var word in events.OfType<FinalTranscript>().SelectMany(final => final.Words))
        {
            var moved = word with { Start = word.Start + audioStart, End = word.End + audioStart };
            if (moved.Start < from || moved.Start >= end) continue;
            _words.Add(moved.End > end ? moved with { End = end } : moved);
        }
    }

    /// <summary>The reading is over.</summary>
    public void Complete(string? failure)
    {
        if (Done) return;
        Failure = failure;
        Volatile.Write(ref _done, true);
        engine.EndRescue();
        scheduler.Notify(owner);
    }
}
