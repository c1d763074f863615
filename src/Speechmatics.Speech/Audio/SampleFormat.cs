namespace Speechmatics.Speech.Audio;

/// <summary>How a sample may be written inside a file: <see cref="AudioEncoding"/> and what only files use.</summary>
internal enum SampleFormat
{
    /// <summary>Unsigned, 128 is zero.</summary>
    Pcm8,
    Pcm16,
    Pcm24,
    Pcm32,
    Float32,
    Float64,
    MuLaw,
    ALaw,
}
