namespace Speechmatics.Speech.Decoding;

/// <summary>One session's part in a decoding call.</summary>
/// <param name="State">Read and moved on.</param>
/// <param name="Tokens">Takes the tokens that are certain, in order.</param>
/// <param name="EncodedRow">The row of the encoded chunk that holds the session's frames.</param>
/// <param name="FirstFrame">The chunk's first encoder frame, counted from the stream's start.</param>
/// <param name="EndFrame">Decode frames before this one; at most the chunk's end, less for frames that are only padding. A later call may go on from here.</param>
internal readonly record struct DecodeRow(DecoderState State, TokenBuffer Tokens, int EncodedRow, long FirstFrame, long EndFrame);
