namespace Speechmatics.Speech.Decoding.Fusion;

/// <summary>Where a hypothesis stands in the language model and in the phrases.</summary>
internal readonly record struct FusionState(int Language, int Phrase)
{
    public void Save(BinaryWriter writer)
    {
        writer.Write(Language);
        writer.Write(Phrase);
    }

    /// <exception cref="InvalidDataException">No state of <paramref name="fusion"/>.</exception>
    public static FusionState Load(BinaryReader reader, ShallowFusion? fusion)
    {
        var state = new FusionState(reader.ReadInt32(), reader.ReadInt32());
        if ((uint)state.Language >= (uint)(fusion?.Language?.StateCount ?? 1) || (uint)state.Phrase >= (uint)(fusion?.Phrases?.StateCount ?? 1))
            throw new InvalidDataException("The decoder state does not fit the language model or the custom vocabulary.");
        return state;
    }
}
