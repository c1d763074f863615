namespace Speechmatics.Speech.Decoding;

/// <summary>Computes the mel of one padded utterance.</summary>
/// <param name="audio">The utterance without padding, 16 kHz.</param>
/// <param name="mel">To fill: <c>[frames, bins]</c>; its length says up to where the utterance is padded with silence.</param>
internal delegate void UtteranceMel(ReadOnlySpan<float> audio, Span<float> mel);
