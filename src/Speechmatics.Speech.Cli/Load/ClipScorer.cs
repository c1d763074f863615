using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// Scores one session clip by clip: a word belongs to the clip during which, or during the gap after which, its middle lies. A clip counts once a later clip's words have come, or at the end when it was played whole.
/// </summary>
internal sealed class ClipScorer(ClipSequence sequence, int sampleRate)
{
    private readonly List<string> _words = [];

    public ErrorCounts Counts { get; private set; }

    public int Clips { get; private set; }

    /// <summary>Differs when a word or its time differs: tells whether two runs of the same audio gave the same.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    public void Add(FinalTranscript final)
    {
        foreach (var word in final.Words)
        {
            AddToFingerprint(word);
            var middle = (word.Start + word.End).TotalSeconds / 2 * sampleRate;
            while (middle >= sequence.NextStart) Finish();
            _words.Add(word.Text);
        }
    }

    /// <summary>The session has ended after <paramref name="samples"/>.</summary>
    public void End(long samples)
    {
        while (sequence.End <= samples) Finish();
    }

    private void Finish()
    {
        Counts += ErrorCounts.Of(WordAligner.Align(sequence.Current.Words, TextNormaliser.Words(string.Join(' ', _words), sequence.Current.Normalisation)));
        Clips++;
        _words.Clear();
        sequence.MoveNext();
    }

    // FNV-1a
    private void AddToFingerprint(RecognizedWord word)
    {
        foreach (var letter in word.Text) Fingerprint = (Fingerprint ^ letter) * 1099511628211;
        Fingerprint = (Fingerprint ^ (ulong)word.Start.Ticks) * 1099511628211;
    }
}
