namespace Speechmatics.Speech.PeerLoad;

/// <summary>An engine that recognises live streams: takes packets as they are spoken and says when a chunk's words were there.</summary>
internal interface ILivePeer : IAsyncDisposable
{
    /// <summary>Opens streams up to this number, or closes those beyond it.</summary>
    Task SetStreamsAsync(int count);

    /// <summary>Gives a stream a packet. Called by one thread.</summary>
    /// <param name="stream">The stream's number.</param>
    /// <param name="samples">16 kHz mono, full scale at ±1.</param>
    /// <param name="spoken">When the packet's last sample was spoken (a timestamp).</param>
    void Write(int stream, float[] samples, long spoken);

    /// <summary>Milliseconds from the speaking of a chunk's last sample to its result, since the last call.</summary>
    double[] TakeLags();

    /// <summary>Words recognised since the last call: an engine that recognises nothing is measured for nothing.</summary>
    long TakeWords();
}
