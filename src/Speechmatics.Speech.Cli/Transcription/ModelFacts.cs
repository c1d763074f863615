using System.Collections.Immutable;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>What <c>speech model inspect</c> shows of a package.</summary>
internal sealed record ModelFacts
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string Language { get; init; }

    /// <summary>SHA-256 over manifest and files, lower-case hex.</summary>
    public required string ContentHash { get; init; }

    public required int SampleRate { get; init; }

    public required int MelBins { get; init; }

    public required double EncoderFrameMilliseconds { get; init; }

    /// <summary>In encoder frames, ascending; empty for a second pass, which has no chunks, heads or states.</summary>
    public ImmutableArray<int> ChunkFrames { get; init; } = [];

    public int DefaultChunkFrames { get; init; }

    /// <summary>Audio after a chunk that the encoder needs before it can start on it.</summary>
    public double LookAheadMilliseconds { get; init; }

    public ImmutableArray<TransducerHead> Heads { get; init; } = [];

    /// <summary>Tokens, the blank included.</summary>
    public required int VocabularySize { get; init; }

    public ImmutableArray<ModelState> States { get; init; } = [];

    public required ImmutableArray<ModelFile> Files { get; init; }

    public long StateBytesPerSession => States.Sum(s => s.BytesPerSession);
}

/// <summary>One state tensor: its name, its shape for one session, and its size.</summary>
internal sealed record ModelState(string Name, ImmutableArray<int> Shape, long BytesPerSession);

/// <summary>One file of the package.</summary>
internal sealed record ModelFile(string Name, long Bytes);
