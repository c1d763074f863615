namespace Speechmatics.Speech.Audio;

/// <summary>How one audio sample is written in bytes.</summary>
public enum AudioEncoding
{
    /// <summary>Signed 16-bit integers, little-endian: 2 bytes a sample.</summary>
    Pcm16,

    /// <summary>IEEE 754 32-bit floats, little-endian, full scale at ±1: 4 bytes a sample.</summary>
    Float32,

    /// <summary>ITU-T G.711 µ-law: 1 byte a sample.</summary>
    MuLaw,

    /// <summary>ITU-T G.711 A-law: 1 byte a sample.</summary>
    ALaw,
}
