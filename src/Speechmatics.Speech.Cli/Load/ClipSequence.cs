namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// The endless order in which one session plays the clips: every clip once in a random order, then again in another. The seed alone decides it, so that the writer, the scorer and a later replay each walk
/// their own copy.
/// </summary>
internal sealed class ClipSequence
{
    private readonly LoadClip[] _clips;
    private readonly Random _random;
    private readonly int _gap;
    private int _next;

    /// <param name="clips">The clips.</param>
    /// <param name="gapSamples">Silence after each clip: keeps the words of neighbours apart, for people and for the scorer.</param>
    /// <param name="seed">Decides the order.</param>
    public ClipSequence(LoadClip[] clips, int gapSamples, int seed)
    {
        _clips = [.. clips];
        _random = new Random(seed);
        _gap = gapSamples;
        MoveNext();
    }

    public LoadClip Current { get; private set; } = null!;

    /// <summary>The session's sample at which the current clip starts.</summary>
    public long Start { get; private set; }

    /// <summary>The sample after its last.</summary>
    public long End => Start + Current.Samples;

    /// <summary>The sample at which the next clip starts.</summary>
    public long NextStart => End + _gap;

    public void MoveNext()
    {
        if (Current is not null) Start = NextStart;
        if (_next == 0) _random.Shuffle(_clips);
        Current = _clips[_next];
        _next = (_next + 1) % _clips.Length;
    }
}
