using System.Collections.Immutable;

namespace Speechmatics.Speech.Models;

/// <summary>The streaming encoder's shapes, all read from the package's manifest.</summary>
internal sealed record EncoderLayout
{
    public required int SampleRate { get; init; }

    /// <summary>Mel bins of one frame.</summary>
    public required int MelBins { get; init; }

    /// <summary>Samples from one mel frame to the next.</summary>
    public required int HopSamples { get; init; }

    public required int MelFramesPerEncoderFrame { get; init; }

    /// <summary>Mel frames of the chunk's window that lie before the chunk.</summary>
    public required int MelFramesBefore { get; init; }

    /// <summary>Mel frames of the chunk's window that lie after the chunk.</summary>
    public required int MelFramesAfter { get; init; }

    /// <summary>The value of every bin of a mel frame of digital silence.</summary>
    public required float SilenceMel { get; init; }

    /// <summary>Chunk sizes the encoder accepts, in encoder frames, ascending.</summary>
    public required ImmutableArray<int> ChunkFrames { get; init; }

    public required int DefaultChunkFrames { get; init; }

    /// <summary>Floats of one encoder frame.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>The state tensors in the order in which a step takes their addresses.</summary>
    public required ImmutableArray<StateTensor> States { get; init; }

    /// <summary>Mel frames a step reads for a chunk of <paramref name="chunkFrames"/> encoder frames.</summary>
    public int MelWindowFrames(int chunkFrames) => (chunkFrames * MelFramesPerEncoderFrame) + MelFramesBefore + MelFramesAfter;

    /// <summary>Samples of one encoder frame.</summary>
    public int SamplesPerEncoderFrame => HopSamples * MelFramesPerEncoderFrame;

    /// <summary>Seconds of one encoder frame.</summary>
    public double SecondsPerEncoderFrame => (double)SamplesPerEncoderFrame / SampleRate;

    /// <summary>Bytes of state one session keeps.</summary>
    public long StateBytesPerSession => States.Sum(s => (long)s.FloatsPerSession) * sizeof(float);
}
