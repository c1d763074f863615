using Speechmatics.Speech.Cli.Scoring;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Cli.Load;

/// <summary>
/// One caller: plays its clips packet by packet when the driver says so, reads its events on the thread pool, and notes how long after the arrival of its audio each event was in hand.
/// </summary>
internal sealed class LoadSession : IPaced, IAsyncDisposable
{
    private readonly SpeechSession _session;
    private readonly LoadTally _tally;
    private readonly TimeProvider _clock;
    private readonly ClipPlayer _player;
    private readonly ClipScorer _scorer;
    private readonly byte[] _packet;
    private readonly double _ticksPerPacket;
    private readonly long _start;
    private long _packets;
    private volatile bool _stopping;
    private ErrorCounts _told;
    private int _toldClips;

    public LoadSession(SpeechSession session, int number, LoadClip[] clips, LoadSettings settings, LoadTally tally, TimeProvider clock)
    {
        (_session, _tally, _clock, Number) = (session, tally, clock, number);
        var sequenceSeed = SequenceSeed(settings, number);
        _player = new ClipPlayer(new ClipSequence(clips, settings.GapSamples, sequenceSeed), settings.Encoding);
        _scorer = new ClipScorer(new ClipSequence(clips, settings.GapSamples, sequenceSeed), settings.SampleRate);
        var samples = settings.SampleRate * settings.PacketMilliseconds / 1000;
        _packet = new byte[samples * Audio.SampleConversion.BytesPerSample(settings.Encoding)];
        _ticksPerPacket = samples / (settings.SampleRate * settings.RealTimeFactor) * clock.TimestampFrequency;

        // a packet is there once its last sample has been spoken
        _start = clock.GetTimestamp();
        Due = _start + (long)_ticksPerPacket;
        Reading = ReadAsync();
    }

    public int Number { get; }

    public long Due { get; private set; }

    /// <summary>Completes, without an exception, after the last event.</summary>
    public Task Reading { get; }

    /// <summary>Whether the session ended with an error.</summary>
    public bool Failed { get; private set; }

    public long SamplesWritten => _player.Samples;

    /// <summary>The session's words so far, as one number; see <see cref="ClipScorer.Fingerprint"/>.</summary>
    public ulong Fingerprint => _scorer.Fingerprint;

    /// <summary>Errors of the clips scored so far; complete once <see cref="Reading"/> is.</summary>
    public ErrorCounts Errors => _scorer.Counts;

    /// <summary>Audio that has been written and is not yet recognised.</summary>
    public TimeSpan Backlog => _session.AudioReceived - _session.AudioRecognized;

    /// <summary>The seed of a session's clips.</summary>
    public static int SequenceSeed(LoadSettings settings, int number) => unchecked((settings.Seed * 1_000_003) + number);

    /// <summary>No more audio after the packet under way: the session completes and its last events can be awaited.</summary>
    public void Stop() => _stopping = true;

    public bool Write()
    {
        try
        {
            if (_stopping)
            {
                _session.Complete();
                return false;
            }

            _player.Fill(_packet);
            if (!_session.TryWrite(_packet.AsSpan())) _tally.CountRefusedPacket();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ObjectDisposedException)
        {
            // the session is over, and its reader knows why
            return false;
        }

        _packets++;
        Due = _start + (long)((_packets + 1) * _ticksPerPacket);
        return true;
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var speechEvent in _session.ReadEventsAsync().ConfigureAwait(false))
            {
                var lag = _clock.GetElapsedTime(_session.LastArrival);
                switch (speechEvent)
                {
                    case PartialTranscript partial:
                        _tally.AddPartial(partial, lag);
                        break;
                    case FinalTranscript final:
                        _tally.FinalLag.Record(lag);
                        _scorer.Add(final);
                        TellScore();
                        break;
                    case SessionNotice { Kind: SessionNoticeKind.LatencyDegraded or SessionNoticeKind.LatencyRestored }:
                        _tally.CountLatencyNotice();
                        break;
                }
            }

            _scorer.End(_player.Samples);
            TellScore();
        }
        catch (ObjectDisposedException)
        {
            // disposed by the run while it was behind: not the session's failure
        }
        catch (Exception exception)
        {
            Failed = true;
            _tally.Failures.Enqueue($"session {Number}: {ErrorReport.Reason(exception)}");
        }
    }

    private void TellScore()
    {
        if (_scorer.Clips == _toldClips) return;
        var counts = _scorer.Counts;
        _tally.AddScore(
            new ErrorCounts(
                counts.Matches - _told.Matches, counts.Substitutions - _told.Substitutions, counts.Insertions - _told.Insertions, counts.Deletions - _told.Deletions),
            _scorer.Clips - _toldClips);
        (_told, _toldClips) = (counts, _scorer.Clips);
    }
}
