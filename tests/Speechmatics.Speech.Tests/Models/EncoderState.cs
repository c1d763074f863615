using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

/// <summary>The rings of a few sessions as neighbours in memory, as a step wants them, and the plain way to write a step's rows into them.</summary>
internal sealed unsafe class EncoderState
{
    private readonly EncoderLayout _layout;
    private readonly PinnedBuffer<float>[] _rings;

    public EncoderState(EncoderLayout layout, int sessions)
    {
        _layout = layout;
        _rings = [.. layout.States.Select(s => new PinnedBuffer<float>(sessions * s.FloatsPerSession))];
    }

    public Span<float> Ring(int state, int session)
    {
        var floats = _layout.States[state].FloatsPerSession;
        return _rings[state].Span(session * floats, floats);
    }

    public nint[] Addresses(int firstSession) =>
        [.. _rings.Select((ring, i) => (nint)(ring.Pointer + (firstSession * _layout.States[i].FloatsPerSession)))];

    public void Randomise(Random random)
    {
        for (var state = 0; state < _rings.Length; state++)
            foreach (ref var value in _rings[state].Span(0, _rings[state].Length))
                value = (float)((random.NextDouble() * 2) - 1);
    }

    /// <summary>Frame f of a layer goes to slot f mod R; of a chunk longer than the ring only the end stays.</summary>
    public void Write(IEncoderStep step, int row, int session, long processed, int chunkFrames)
    {
        for (var i = 0; i < _layout.States.Length; i++)
        {
            var s = _layout.States[i];
            var frames = s.FramesPerEncoderFrame * chunkFrames;
            var source = step.NewState(i, row);
            var ring = Ring(i, session);
            for (var head = 0; head < s.Heads; head++)
            {
                for (var f = Math.Max(0, frames - s.RingFrames); f < frames; f++)
                {
                    var slot = (int)(((processed * s.FramesPerEncoderFrame) + f) % s.RingFrames);
                    source.Slice(((head * frames) + f) * s.Width, s.Width).CopyTo(ring.Slice(((head * s.RingFrames) + slot) * s.Width, s.Width));
                }
            }
        }
    }
}
