namespace Speechmatics.Speech.Sessions;

/// <summary>What a worker does with a stream.</summary>
internal enum StepKind
{
    /// <summary>Nothing is due.</summary>
    None,

    /// <summary>A chunk: the encoder runs and its state moves on.</summary>
    Chunk,

    /// <summary>
    /// A look at the audio of an unfinished chunk, for a forced end of utterance: the encoder runs over what is there and silence after it, the decoder moves on,
    /// the encoder's state does not. The chunk is computed again when it is whole, so that what follows does not depend on the flush.
    /// </summary>
    Look,

    /// <summary>No model run: there is nothing left to recognise, only events to send.</summary>
    Close,
}
