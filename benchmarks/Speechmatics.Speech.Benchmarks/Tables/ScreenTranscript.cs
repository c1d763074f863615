using System.Collections.Immutable;
using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>
/// What somebody reads who looks at each word a fixed time after it was spoken, of all that stands on the screen then: finals and partials. Each place of the text is read once, when the middle of its word comes to
/// that age; when the screen changes, the place is found again by aligning the old words with the new ones, since two readings of the same word may differ in their times. Events are shown in the order of their times.
/// </summary>
internal sealed class ScreenTranscript(TimeSpan age)
{
    /// <summary>Two readings of one word differ by less; a word that is older when it first appears came too late to be read.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.3);

    private readonly List<RecognizedWord> _finals = [];
    private readonly List<string> _read = [];
    private ImmutableArray<RecognizedWord> _screen = [];
    private TimeSpan _until;
    private int _place;

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
                Replace([.. _finals, .. partial.Words]);
                break;
            case FinalTranscript final:
                Read(now - age);
                _finals.AddRange(final.Words);
                Replace([.. _finals]);
                break;
        }
    }

    /// <summary>Nothing more comes: what stands there is read to its end.</summary>
    public void End() => Read(TimeSpan.MaxValue);

    private void Read(TimeSpan until)
    {
        for (; _place < _screen.Length && Middle(_screen[_place]) <= until; _place++)
            if (Middle(_screen[_place]) >= _until - Tolerance) _read.Add(_screen[_place].Text);
        if (until > _until) _until = until;
    }

    private void Replace(ImmutableArray<RecognizedWord> screen)
    {
        var place = 0;
        if (_place > 0)
        {
            var read = 0;
            foreach (var pair in WordAligner.Align([.. _screen.Select(Plain)], [.. screen.Select(Plain)]))
            {
                if (read == _place) break;
                if (pair.Edit != WordEdit.Insertion) read++;
                if (pair.Edit != WordEdit.Deletion) place++;
            }
        }

        (_screen, _place) = (screen, place);
    }

    private static TimeSpan Middle(RecognizedWord word) => word.Start + ((word.End - word.Start) / 2);

    private static string Plain(RecognizedWord word) => string.Join(' ', TextNormaliser.Words(word.Text, Normalisation.Standard));
}
