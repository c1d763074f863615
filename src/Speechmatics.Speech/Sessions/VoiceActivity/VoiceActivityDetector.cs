namespace Speechmatics.Speech.Sessions;

/// <summary>
/// Turns a stream's speech probabilities into beginnings and ends of speech, by two thresholds and least lengths, as the Silero project's own iterator does (github.com/snakers4/silero-vad). Samples are counted in
/// audio time. Belongs to the worker that runs the stream.
/// </summary>
internal sealed class VoiceActivityDetector(VoiceActivityOptions options, int sampleRate, int windowSamples)
{
    private readonly long _minSpeech = SamplesOf(options.MinSpeech, sampleRate);
    private readonly long _minSilence = SamplesOf(options.MinSilence, sampleRate);
    private readonly long _padding = SamplesOf(options.Padding, sampleRate);

    /// <summary>The first sample of the speech under way, or -1.</summary>
    private long _speechStart = -1;

    /// <summary>Where the silence began that may end it, or -1.</summary>
    private long _silenceStart = -1;

    /// <summary>Whether its beginning has been told.</summary>
    private bool _told;

    private long _lastTold;

    /// <summary>Takes the probability of the window that begins at <paramref name="start"/> and adds what it settles to <paramref name="events"/>.</summary>
    public void Add(long start, float probability, List<SpeechEvent> events)
    {
        var end = start + windowSamples;
        if (probability >= options.Threshold)
        {
            if (_speechStart < 0) _speechStart = start;
            _silenceStart = -1;
        }

        if (_speechStart < 0) return;
        if (probability < options.EndThreshold && _silenceStart < 0) _silenceStart = start;
        if (_silenceStart < 0)
        {
            if (_told || end - _speechStart < _minSpeech) return;
            _told = true;
            events.Add(new SpeechStarted { Time = Tell(_speechStart - _padding) });
        }
        else if (end - _silenceStart >= _minSilence)
        {
            End(Math.Min(_silenceStart + _padding, end), events);
        }
    }

    /// <summary>The audio has ended at <paramref name="end"/>.</summary>
    public void Finish(long end, List<SpeechEvent> events)
    {
        if (_speechStart >= 0) End(_silenceStart < 0 ? end : Math.Min(_silenceStart + _padding, end), events);
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_speechStart);
        writer.Write(_silenceStart);
        writer.Write(_told);
        writer.Write(_lastTold);
    }

    public void Load(BinaryReader reader)
    {
        _speechStart = reader.ReadInt64();
        _silenceStart = reader.ReadInt64();
        _told = reader.ReadBoolean();
        _lastTold = reader.ReadInt64();
    }

    private void End(long sample, List<SpeechEvent> events)
    {
        if (_told) events.Add(new SpeechEnded { Time = Tell(sample) });
        (_speechStart, _silenceStart, _told) = (-1, -1, false);
    }

    // padding may reach back over the end told before
    private TimeSpan Tell(long sample)
    {
        _lastTold = Math.Max(_lastTold, sample);
        return TimeSpan.FromTicks((long)Math.Round(_lastTold * (double)TimeSpan.TicksPerSecond / sampleRate));
    }

    private static long SamplesOf(TimeSpan duration, int sampleRate) => (long)Math.Round(duration.TotalSeconds * sampleRate);
}
