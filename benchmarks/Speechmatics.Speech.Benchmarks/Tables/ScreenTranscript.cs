using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// What somebody reads who looks at each word a fixed time after it was spoken: of all that stood on the screen then, finals and partials, the words whose middle came to that age. Events are shown in the order of their
/// times.
/// </summary>
internal sealed class ScreenTranscript(TimeSpan age)
{
    private readonly List<RecognizedWord> _finals = [];
    private readonly List<string> _read = [];
    private ImmutableArray<RecognizedWord> _partial = [];
    private TimeSpan _until = TimeSpan.MinValue;

    /// <summary>The words read so far.</summary>
    public IReadOnlyList<string> Words => _read;

    /// <summary>Takes an event in.</summary>
    /// <param name="speechEvent">The event.</param>
    /// <param name="now">When it was shown, in audio time: how much had been spoken by then.</param>
    public void Show(SpeechEvent speechEvent, TimeSpan now)
    {
        switch (speechEvent)
        {
            case PartialTranscript partial:
                Read(now - age);
                _partial = partial.Words;
                break;
            case FinalTranscript final:
                Read(now - age);
                _finals.AddRange(final.Words);
                _partial = [];
                break;
        }
    }

    /// <summary>Nothing more comes: what stands there is read to its end.</summary>
    public void End() => Read(TimeSpan.MaxValue);

    private void Read(TimeSpan until)
    {
        if (until <= _until) return;
        foreach (var word in _finals.Concat(_partial))
        {
            var middle = word.Start + ((word.End - word.Start) / 2);
            if (middle > _until && middle <= until) _read.Add(word.Text);
        }

        _until = until;
    }
}
