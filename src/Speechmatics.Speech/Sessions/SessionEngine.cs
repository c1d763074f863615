using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Features;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>What all streams of a pool share. Thread-safe.</summary>
internal sealed class SessionEngine(IAcousticModel model, TimeProvider clock, EnhancedSpeechModel? enhancedModel = null, IVoiceActivityModel? voiceActivityModel = null)
{
    private const int MostRescues = 64;
    private readonly Lazy<LanguageModel?> _languageModel = new(() => model.LanguageModelPath is { } path ? LanguageModel.Load(path) : null);
    private readonly Lazy<PieceEncoder> _pieceEncoder = new(() => new PieceEncoder(model.Vocabulary.Pieces));
    private int _rescues;

    private readonly Lazy<BytePairEncoder?> _tokenEncoder = new(() => enhancedModel is null ? null : new BytePairEncoder(enhancedModel.Vocabulary));

    public IAcousticModel Model { get; } = model;

    /// <summary>The second pass's model, or null.</summary>
    public EnhancedSpeechModel? EnhancedModel { get; } = enhancedModel;

    /// <summary>The voice activity model, or null.</summary>
    public IVoiceActivityModel? VoiceActivityModel { get; } = voiceActivityModel;

    public EncoderLayout Layout { get; } = model.Layout;

    public LogMelTables MelTables { get; } = model.MelTables;

    public WordPieces Pieces { get; } = new(model.Vocabulary);

    /// <summary>Spells phrases in the model's pieces.</summary>
    public PieceEncoder PieceEncoder => _pieceEncoder.Value;

    /// <summary>Spells phrases in the second pass's tokens; null without one.</summary>
    public BytePairEncoder? TokenEncoder => _tokenEncoder.Value;

    /// <summary>The language model that comes with the package, loaded when first asked for; null without one.</summary>
    public LanguageModel? PackageLanguageModel => _languageModel.Value;

    public MelSegmentPool MelSegments { get; } = new(model.Layout.MelBins);

    public TimeProvider Clock { get; } = clock;

    /// <summary>Takes one of the places for stretches of speech that are decoded again; false when there is none.</summary>
    public bool TryBeginRescue()
    {
        if (Interlocked.Increment(ref _rescues) <= MostRescues) return true;
        Interlocked.Decrement(ref _rescues);
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void EndRescue() => Interlocked.Decrement(ref _rescues);

    /// <summary>Ticks of the clock's timestamps in <paramref name="seconds"/>.</summary>
    public long Ticks(double seconds) => (long)(seconds * Clock.TimestampFrequency);

    /// <summary>Mel frames needed before chunk [processed, processed + chunkFrames) can be computed.</summary>
    public long MelFramesFor(long processed, int chunkFrames) =>
        ((processed + chunkFrames) * Layout.MelFramesPerEncoderFrame) + Layout.MelFramesAfter;

    /// <summary>Encoder frames that are complete, their look-ahead included, once <paramref name="melFrames"/> have come.</summary>
    public long WholeEncoderFrames(long melFrames) =>
        Math.Max(0, melFrames - Layout.MelFramesAfter) / Layout.MelFramesPerEncoderFrame;

    /// <summary>Encoder frames of a stream that ended after <paramref name="melFrames"/>.</summary>
    public long EncoderFramesOf(long melFrames) =>
        (melFrames + Layout.MelFramesPerEncoderFrame - 1) / Layout.MelFramesPerEncoderFrame;

    /// <summary>The largest chunk size not above <paramref name="encoderFrames"/>, or 0.</summary>
    public int LargestChunkWithin(long encoderFrames)
    {
        var largest = 0;
        foreach (var size in Layout.ChunkFrames)
            if (size <= encoderFrames) largest = size;
        return largest;
    }

    /// <summary>The smallest chunk size that covers <paramref name="encoderFrames"/>, or the largest there is.</summary>
    public int SmallestChunkCovering(long encoderFrames)
    {
        foreach (var size in Layout.ChunkFrames)
            if (size >= encoderFrames) return size;
        return Layout.ChunkFrames[^1];
    }
}
