using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Decoding;

namespace Speechmatics.Speech.Sessions;

/// <summary>An ended utterance on its way through the second pass. Its fields are set once by the one who has it: the worker of the stream, then the worker that reads it.</summary>
internal sealed class UtteranceTicket(SessionStream stream, EndedUtterance utterance, long arrival, FlushRequest? flush)
{
    public SessionStream Stream { get; } = stream;

    public EndedUtterance Utterance { get; } = utterance;

    /// <summary>When the last sample that ended the utterance had arrived.</summary>
    public long Arrival { get; } = arrival;

    /// <summary>The flush that ended the utterance, or null.</summary>
    public FlushRequest? Flush { get; } = flush;

    /// <summary>
    /// For a reading of an utterance that has not ended, which only refines partials: the utterance's number in its stream. -1 for a reading that gives a final.
    /// </summary>
    public int Refines { get; init; } = -1;

    /// <summary>What partials show of the utterance until its final comes.</summary>
    public ImmutableArray<RecognizedWord> Shown { get; set; } = [];

    /// <summary>The utterance's audio at the model's rate; empty when there is nothing to read.</summary>
    public float[] Audio { get; init; } = [];

    /// <summary>The first sample of <see cref="Audio"/>, counted from the stream's start.</summary>
    public long StartSample { get; init; }

    /// <summary>When the reading must be done, or the first pass's words go out (timestamp of the pool's clock).</summary>
    public long Deadline { get; init; }

    /// <summary>Where the part that is read next begins in <see cref="Audio"/>: utterances too long for the model are read in parts.</summary>
    public int PartStart { get; set; }

    /// <summary>Samples of the part that is read next.</summary>
    public int PartSamples { get; set; }

    /// <summary>Words of the parts already read.</summary>
    public ImmutableArray<RecognizedWord> Read { get; set; } = [];

    public bool Done { get; private set; }

    /// <summary>What the final says.</summary>
    public ImmutableArray<RecognizedWord> Words { get; private set; } = [];

    /// <summary>Words that the session does not want in the final.</summary>
    public ImmutableArray<RecognizedWord> Removed { get; private set; } = [];

    /// <summary>What the session is to be told besides, or null.</summary>
    public SessionNotice? Notice { get; private set; }

    /// <summary>Writes the ticket, its audio included, for a snapshot; under the lock of its <see cref="UtteranceQueue"/>. Deadline and flush are of this process and stay here.</summary>
    public void Save(BinaryWriter writer)
    {
        SavedWords.Save(writer, Utterance.Words);
        writer.Write(Utterance.StartFrame);
        writer.Write(Utterance.SpeechEndFrame);
        writer.Write(Utterance.EndFrame);
        writer.Write((int)Utterance.Reason);
        writer.Write(StartSample);
        SavedWords.Save(writer, Shown);
        SavedWords.Save(writer, Read);
        writer.Write(PartStart);
        writer.Write(Done);
        if (Done)
        {
            SavedWords.Save(writer, Words);
            SavedWords.Save(writer, Removed);
            writer.Write(Notice is not null);
            if (Notice is null) return;
            writer.Write((int)Notice.Kind);
            writer.Write(Notice.Message);
            writer.Write(Notice.Time.Ticks);
            return;
        }

        // every sample came from 16 bits
        writer.Write(Audio.Length);
        foreach (var sample in Audio) writer.Write((short)MathF.Round(sample * 32768f));
    }

    /// <summary>Reads a ticket that goes on from now.</summary>
    /// <param name="reader">At what <see cref="Save"/> wrote.</param>
    /// <param name="stream">Whose ticket it is.</param>
    /// <param name="now">A timestamp of the pool's clock.</param>
    /// <param name="deadline">See <see cref="Deadline"/>.</param>
    public static UtteranceTicket Load(BinaryReader reader, SessionStream stream, long now, long deadline)
    {
        var utterance = new EndedUtterance(SavedWords.Load(reader), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), (EndOfUtteranceReason)reader.ReadInt32());
        var start = reader.ReadInt64();
        var (shown, read, partStart) = (SavedWords.Load(reader), SavedWords.Load(reader), reader.ReadInt32());
        if (reader.ReadBoolean())
        {
            var done = new UtteranceTicket(stream, utterance, now, null) { StartSample = start, Shown = shown };
            (done.Words, done.Removed, done.Done) = (SavedWords.Load(reader), SavedWords.Load(reader), true);
            if (reader.ReadBoolean()) done.Notice = new SessionNotice { Kind = (SessionNoticeKind)reader.ReadInt32(), Message = reader.ReadString(), Time = TimeSpan.FromTicks(reader.ReadInt64()) };
            return done;
        }

        var bytes = reader.ReadBytes(checked(reader.ReadInt32() * sizeof(short)));
        var audio = new float[bytes.Length / sizeof(short)];
        SampleConversion.Pcm16ToFloat(MemoryMarshal.Cast<byte, short>(bytes), audio);
        return new UtteranceTicket(stream, utterance, now, null)
        {
            Audio = audio,
            StartSample = start,
            Deadline = deadline,
            Shown = shown,
            Read = read,
            PartStart = partStart,
            PartSamples = UtteranceSplitter.NextPart(audio.AsSpan(partStart)),
        };
    }

    public void Complete(ImmutableArray<RecognizedWord> words, SessionNotice? notice, WordDisplay display)
    {
        var removed = new List<RecognizedWord>();
        Words = display.Apply([.. words], continues: false, removed);
        Removed = [.. removed];
        Notice = notice;
        Done = true;
    }
}
