using System.Collections.Immutable;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.TextForm;

namespace Speechmatics.Speech.Sessions;

/// <summary>Words in a session's saved state.</summary>
internal static class SavedWords
{
    public static void Save(BinaryWriter writer, ImmutableArray<RecognizedWord> words)
    {
        writer.Write(words.Length);
        foreach (var word in words)
        {
            writer.Write(word.Text);
            writer.Write(word.SpokenForm is not null);
            if (word.SpokenForm is not null) writer.Write(word.SpokenForm);
            writer.Write((int)word.Tags);
            writer.Write(word.Start.Ticks);
            writer.Write(word.End.Ticks);
            writer.Write(word.Confidence);
        }
    }

    public static ImmutableArray<RecognizedWord> Load(BinaryReader reader)
    {
        var words = ImmutableArray.CreateBuilder<RecognizedWord>();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            words.Add(new RecognizedWord
            {
                Text = reader.ReadString(),
                SpokenForm = reader.ReadBoolean() ? reader.ReadString() : null,
                Tags = (WordTags)reader.ReadInt32(),
                Start = TimeSpan.FromTicks(reader.ReadInt64()),
                End = TimeSpan.FromTicks(reader.ReadInt64()),
                Confidence = reader.ReadSingle(),
            });
        }

        return words.ToImmutable();
    }
}
