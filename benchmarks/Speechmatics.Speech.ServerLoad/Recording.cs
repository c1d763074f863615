using System.Buffers.Binary;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>One recording: its samples, and where its speech ends.</summary>
internal sealed record Recording(string Name, byte[] Pcm, int SpeechEndBytes)
{
    private const int WindowBytes = 640;

    public static IReadOnlyList<Recording> Load(string folder)
    {
        var recordings = Directory.GetFiles(folder, "*.wav").Order().Select(path => Read(path, File.ReadAllBytes(path))).ToList();
        if (recordings.Count == 0) throw new FileNotFoundException($"There is no WAV file in {folder}.");
        return recordings;
    }

    private static Recording Read(string path, byte[] file)
    {
        if (BinaryPrimitives.ReadInt16LittleEndian(file.AsSpan(22)) != 1 || BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(24)) != 16000 || BinaryPrimitives.ReadInt16LittleEndian(file.AsSpan(34)) != 16)
            throw new InvalidDataException($"{path} is not 16 kHz mono PCM16.");
        var at = 12;
        while (!file.AsSpan(at, 4).SequenceEqual("data"u8)) at += 8 + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
        var pcm = file[(at + 8)..];
        return new Recording(Path.GetFileName(path), pcm, SpeechEnd(pcm));
    }

    /// <summary>The end of the last 20 ms whose energy is within 30 dB of the loudest: a plain stand-in for a voice activity detector, the same for every run.</summary>
    private static int SpeechEnd(byte[] pcm)
    {
        var energies = new double[pcm.Length / WindowBytes];
        for (var window = 0; window < energies.Length; window++)
        {
            for (var i = window * WindowBytes; i < (window + 1) * WindowBytes; i += 2)
            {
                double sample = BinaryPrimitives.ReadInt16LittleEndian(pcm.AsSpan(i));
                energies[window] += sample * sample;
            }
        }

        var threshold = energies.Length == 0 ? 0 : energies.Max() / 1000;
        return (Array.FindLastIndex(energies, energy => energy >= threshold) + 1) * WindowBytes;
    }
}
