using Speechmatics.Speech.Cli.Load;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>Writes one recording into a session at the speed of speech, in packets of 20 ms.</summary>
internal sealed class PacedClip : IPaced
{
    private const int PacketsPerSecond = 50;

    private readonly SpeechSession _session;
    private readonly ReadOnlyMemory<byte> _audio;
    private readonly int _packetBytes;
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource _played = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _packets;

    /// <param name="session">Takes the audio.</param>
    /// <param name="audio">16-bit samples.</param>
    /// <param name="sampleRate">Samples a second.</param>
    /// <param name="clock">The driver's clock.</param>
    public PacedClip(SpeechSession session, ReadOnlyMemory<byte> audio, int sampleRate, TimeProvider clock)
    {
        (_session, _audio, _clock, _packetBytes) = (session, audio, clock, sampleRate / PacketsPerSecond * sizeof(short));
        Start = clock.GetTimestamp();
        Due = Start + (clock.TimestampFrequency / PacketsPerSecond);
    }

    /// <summary>When the recording's first sample was spoken, a timestamp of the clock.</summary>
    public long Start { get; }

    public long Due { get; private set; }

    /// <summary>Completes when the last sample has been written.</summary>
    public Task Played => _played.Task;

    public bool Write()
    {
        var at = _packets * _packetBytes;
        try
        {
            if (!_session.TryWrite(_audio.Span.Slice(at, Math.Min(_packetBytes, _audio.Length - at)))) throw new InvalidOperationException("The session's buffer is full: the pool does not keep up.");
        }
        catch (Exception failure)
        {
            _played.TrySetException(failure);
            return false;
        }

        _packets++;
        if (_packets * _packetBytes < _audio.Length)
        {
            Due = Start + ((_packets + 1) * _clock.TimestampFrequency / PacketsPerSecond);
            return true;
        }

        _played.TrySetResult();
        return false;
    }
}
