using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Decoding.Confidence;
using Speechmatics.Speech.Decoding.Language;
using Speechmatics.Speech.Decoding.TextForm;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// A session's whole state as bytes: magic and version, the model's content hash, options, audio under way, encoder rings, decoder, transcript, utterances that wait for the second pass, and a SHA-256 of all that. Little-endian throughout, so that
/// it can be restored on another machine.
/// </summary>
internal sealed class SessionSnapshot
{
    private const uint Magic = 0x53504D53; // "SMPS"
    private const int Version = 4;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly int _stateOffset;
    private readonly SessionEngine _engine;

    private SessionSnapshot(ReadOnlyMemory<byte> body, int stateOffset, SessionOptions options, SessionEngine engine)
    {
        _body = body;
        _stateOffset = stateOffset;
        Options = options;
        _engine = engine;
    }

    public SessionOptions Options { get; }

    /// <summary>Writes a stream that its caller has acquired from the scheduler.</summary>
    public static byte[] Save(SessionStream stream, StateSlots slots, SessionEngine engine, long samplesTaken, ReadOnlySpan<byte> partSample)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(engine.Model.ContentHash);
        SaveOptions(writer, stream.Options, engine);
        lock (stream.Gate)
        {
            if (stream.Flush is not null) throw new InvalidOperationException("The session is being flushed: export its state before or after.");
            writer.Write(samplesTaken);
            writer.Write(partSample.Length);
            writer.Write(partSample);
            writer.Write(stream.Completed);
            writer.Write(stream.Processed);
            writer.Write(stream.ReadUntilSample);
            writer.Write(stream.DroppedFrames);
            writer.Write(stream.TimeOffsetFrames);
            stream.Intake.Drain(stream.Mel, engine.Clock.GetTimestamp());
            stream.Intake.Save(writer);
            stream.Mel.Save(writer);
        }

        stream.Decoder.Save(writer);
        stream.Transcript.Save(writer);
        stream.Voice?.Save(writer);
        if (stream.Utterances is not null) SecondPass.Save(writer, stream);
        writer.Write(stream.Slot >= 0);
        for (var tensor = 0; stream.Slot >= 0 && tensor < engine.Layout.States.Length; tensor++)
            writer.Write(MemoryMarshal.AsBytes(slots.Floats(tensor, stream.Slot)));
        writer.Flush();
        var body = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        return [.. body, .. SHA256.HashData(body)];
    }

    /// <summary>Checks the bytes and reads the options.</summary>
    /// <exception cref="InvalidDataException">Damaged, of another version, of another model, or without the language model or vocabulary that it was saved with.</exception>
    public static SessionSnapshot Open(ReadOnlyMemory<byte> state, SessionEngine engine, LanguageModel? languageModel = null, CustomVocabulary? customVocabulary = null)
    {
        if (state.Length < SHA256.HashSizeInBytes + 8) throw new InvalidDataException("The session state is too short to be one.");
        var body = state[..^SHA256.HashSizeInBytes];
        using var reader = Reader(body);
        if (reader.ReadUInt32() != Magic) throw new InvalidDataException("These bytes are no session state: they do not begin as one.");
        var version = reader.ReadInt32();
        if (version != Version)
            throw new InvalidDataException($"The session state has version {version}; this library reads version {Version}. Restore it with the library version that saved it.");
        if (!SHA256.HashData(body.Span).AsSpan().SequenceEqual(state.Span[^SHA256.HashSizeInBytes..]))
            throw new InvalidDataException("The session state is damaged: its hash does not match.");
        var model = reader.ReadString();
        if (model != engine.Model.ContentHash)
            throw new InvalidDataException($"The session state was saved with another model (hash {model}); this pool runs {engine.Model.ContentHash}. Restore it in a pool of the same model.");
        var options = LoadOptions(reader);
        if (options.BeamSize > 1 && options.LanguageModelWeight > 0) languageModel ??= engine.PackageLanguageModel;
        options.LanguageModel = Require(reader, languageModel, languageModel?.ContentHash, "language model");
        options.CustomVocabulary = Require(reader, customVocabulary, customVocabulary?.ContentHash, "custom vocabulary");
        options.VoiceActivity = LoadVoiceActivity(reader, engine.VoiceActivityModel?.ContentHash);
        return new SessionSnapshot(body, (int)reader.BaseStream.Position, options, engine);
    }

    /// <summary>Samples the session had taken; set by <see cref="LoadInto"/>.</summary>
    public long SamplesTaken { get; private set; }

    /// <summary>Bytes of a sample that was split between two writes; set by <see cref="LoadInto"/>.</summary>
    public byte[] PartSample { get; private set; } = [];

    /// <summary>Fills a new stream that its caller has acquired from the scheduler.</summary>
    /// <exception cref="InvalidDataException">The state contradicts itself: its steps would fail, and with them those of the sessions beside it.</exception>
    public void LoadInto(SessionStream stream, StateSlots slots, StepScheduler scheduler)
    {
        try
        {
            Load(stream, slots, scheduler);
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("The session state is damaged.", failure);
        }
    }

    private void Load(SessionStream stream, StateSlots slots, StepScheduler scheduler)
    {
        using var reader = Reader(_body);
        reader.BaseStream.Position = _stateOffset;
        SamplesTaken = reader.ReadInt64();
        PartSample = reader.ReadBytes(reader.ReadInt32());
        stream.Completed = reader.ReadBoolean();
        stream.Processed = reader.ReadInt64();
        stream.ReadUntilSample = reader.ReadInt64();
        stream.DroppedFrames = reader.ReadInt64();
        stream.TimeOffsetFrames = reader.ReadInt64();
        stream.Intake.Load(reader);
        stream.Mel.Load(reader, _engine.Clock.GetTimestamp());
        stream.Decoder.Load(reader, _engine.Model.Vocabulary);
        stream.ClaimedFrames = Math.Max(stream.Processed, stream.Decoder.NextFrame);
        stream.Transcript.Load(reader);
        stream.Voice?.Load(reader);
        stream.RestartPace();
        var unread = stream.Utterances is null ? [] : SecondPass.Load(reader, _engine, stream);
        var layout = _engine.Layout;
        var needed = Math.Max(0, (stream.Processed * layout.MelFramesPerEncoderFrame) - layout.MelFramesBefore);
        if (SamplesTaken < 0 || PartSample.Length > 3 || stream.Processed < 0 || stream.DroppedFrames < 0 || stream.Decoder.NextFrame < stream.Processed || stream.Mel.First > needed
            || (!stream.Completed && stream.Mel.Written < needed) || stream.Voice?.FitsAudio(stream) == false)
            throw new InvalidDataException("The session state contradicts itself.");
        if (reader.ReadBoolean())
        {
            var slot = scheduler.AllocateSlot(stream);
            for (var tensor = 0; tensor < _engine.Layout.States.Length; tensor++)
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(slots.Floats(tensor, slot)));
        }

        foreach (var ticket in unread) scheduler.Add(ticket);
    }

    private static BinaryReader Reader(ReadOnlyMemory<byte> body) =>
        new(MemoryMarshal.TryGetArray(body, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(body.ToArray(), writable: false));

    private static void SaveOptions(BinaryWriter writer, SessionOptions options, SessionEngine engine)
    {
        writer.Write(options.SampleRate);
        writer.Write((int)options.OperatingPoint);
        writer.Write((int)options.Encoding);
        writer.Write((int)options.Head);
        writer.Write(options.Chunk?.Ticks ?? 0);
        writer.Write(options.SmallestChunk?.Ticks ?? 0);
        writer.Write(options.Partials);
        writer.Write(options.RefinePartials);
        writer.Write(options.EndpointSilence.Ticks);
        writer.Write(options.SentenceEndSilence.Ticks);
        writer.Write(options.SentenceEndProbability);
        writer.Write(options.MaxUtterance.Ticks);
        writer.Write(options.MaxDelay.Ticks);
        writer.Write(options.BufferDuration.Ticks);
        writer.Write((int)options.Overrun);
        writer.Write(options.BeamSize);
        writer.Write(options.SecondPassBeamSize);
        writer.Write(options.LanguageModelWeight);
        writer.Write((int)options.Confidence);
        writer.Write((int)options.Formatting);
        writer.Write(options.RemoveDisfluencies);
        writer.Write(options.MaskProfanity);
        writer.Write(options.LanguageModel?.ContentHash ?? "");
        writer.Write(options.CustomVocabulary?.ContentHash ?? "");
        writer.Write(options.VoiceActivity is null ? "" : engine.VoiceActivityModel!.ContentHash);
        options.VoiceActivity?.Save(writer);
    }

    /// <summary>Large and shared things are not in the bytes, only their hashes: whoever restores brings them.</summary>
    private static T? Require<T>(BinaryReader reader, T? given, string? givenHash, string what)
        where T : class
    {
        var hash = reader.ReadString();
        if (hash == (givenHash ?? "")) return given;
        throw new InvalidDataException(hash.Length == 0 ? $"The session was saved without a {what}: restore it without one."
            : given is null ? $"The session was saved with a {what}: give the same one to RestoreAsync."
            : $"The session was saved with another {what} (hash {hash}) than the one given ({givenHash}): give the same one to RestoreAsync.");
    }

    private static VoiceActivityOptions? LoadVoiceActivity(BinaryReader reader, string? given)
    {
        var hash = reader.ReadString();
        if (hash.Length == 0) return null;
        if (hash == given) return VoiceActivityOptions.Load(reader);
        throw new InvalidDataException($"The session was saved with a voice activity model (hash {hash}); this pool {(given is null ? "has none" : $"has {given}")}. Restore it in a pool with the same one.");
    }

    private static SessionOptions LoadOptions(BinaryReader reader) => new()
    {
        SampleRate = reader.ReadInt32(),
        OperatingPoint = (OperatingPoint)reader.ReadInt32(),
        Encoding = (AudioEncoding)reader.ReadInt32(),
        Head = (TransducerHead)reader.ReadInt32(),
        Chunk = reader.ReadInt64() is > 0 and var chunk ? TimeSpan.FromTicks(chunk) : null,
        SmallestChunk = reader.ReadInt64() is > 0 and var smallest ? TimeSpan.FromTicks(smallest) : null,
        Partials = reader.ReadBoolean(),
        RefinePartials = reader.ReadBoolean(),
        EndpointSilence = TimeSpan.FromTicks(reader.ReadInt64()),
        SentenceEndSilence = TimeSpan.FromTicks(reader.ReadInt64()),
        SentenceEndProbability = reader.ReadSingle(),
        MaxUtterance = TimeSpan.FromTicks(reader.ReadInt64()),
        MaxDelay = TimeSpan.FromTicks(reader.ReadInt64()),
        BufferDuration = TimeSpan.FromTicks(reader.ReadInt64()),
        Overrun = (OverrunPolicy)reader.ReadInt32(),
        BeamSize = reader.ReadInt32(),
        SecondPassBeamSize = reader.ReadInt32(),
        LanguageModelWeight = reader.ReadSingle(),
        Confidence = (ConfidenceMeasure)reader.ReadInt32(),
        Formatting = (TextFormatting)reader.ReadInt32(),
        RemoveDisfluencies = reader.ReadBoolean(),
        MaskProfanity = reader.ReadBoolean(),
    };
}
