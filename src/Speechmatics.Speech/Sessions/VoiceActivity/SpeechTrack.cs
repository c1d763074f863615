namespace Speechmatics.Speech.Sessions;

/// <summary>The speech probabilities of a stream's last minute, by window counted in audio time. Windows that were dropped, or are too old, count as not heard.</summary>
internal sealed class SpeechTrack
{
    /// <summary>Windows kept: 65 s.</summary>
    public const int Capacity = 2048;

    // an eighth of a percent of resolution is plenty, and a byte a quarter of the memory
    private readonly byte[] _probabilities = new byte[Capacity];

    /// <summary>The window after the last that was heard.</summary>
    public long Count { get; private set; }

    public void Set(long window, float probability)
    {
        for (; Count < window; Count++) _probabilities[Count % Capacity] = 0;
        _probabilities[window % Capacity] = (byte)MathF.Round(Math.Clamp(probability, 0, 1) * byte.MaxValue);
        Count = Math.Max(Count, window + 1);
    }

    /// <summary>Whether the window is among those kept.</summary>
    public bool Holds(long window) => window >= Math.Max(0, Count - Capacity) && window < Count;

    /// <summary>The probability of speech in a window that is held.</summary>
    public float this[long window] => _probabilities[window % Capacity] / (float)byte.MaxValue;

    public void Save(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write(_probabilities);
    }

    public void Load(BinaryReader reader)
    {
        Count = reader.ReadInt64();
        if (Count < 0) throw new InvalidDataException("The session state contradicts itself.");
        reader.BaseStream.ReadExactly(_probabilities);
    }
}
