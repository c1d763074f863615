using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>Neighbouring session states and a step over them, as a pool worker has them.</summary>
internal sealed unsafe class BenchmarkStreams : IDisposable
{
    private readonly EncoderLayout _layout;
    private readonly PinnedBuffer<float>[] _rings;
    private readonly nint[] _addresses;

    public BenchmarkStreams(IAcousticModel model, int rows)
    {
        _layout = model.Layout;
        Step = model.CreateEncoderStep(rows);
        _rings = [.. _layout.States.Select(s => new PinnedBuffer<float>(rows * s.FloatsPerSession))];
        _addresses = [.. _rings.Select(r => (nint)r.Pointer)];
    }

    public IEncoderStep Step { get; }

    /// <summary>Runs the first <paramref name="rows"/> sessions on the chunk whose windows are filled.</summary>
    public void Run(int rows) => Step.Run(rows, _addresses);

    /// <summary>Frame f of a layer goes to slot f mod R.</summary>
    public void KeepState(int row, long processed, int chunkFrames)
    {
        for (var i = 0; i < _layout.States.Length; i++)
        {
            var s = _layout.States[i];
            var frames = s.FramesPerEncoderFrame * chunkFrames;
            var source = Step.NewState(i, row);
            var ring = _rings[i].Span(row * s.FloatsPerSession, s.FloatsPerSession);
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

    /// <summary>Forgets all sessions.</summary>
    public void Clear()
    {
        foreach (var ring in _rings) ring.Span(0, ring.Length).Clear();
    }

    public void Dispose() => Step.Dispose();
}
