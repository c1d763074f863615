using System.Globalization;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// What the voice activity model says for and against a transcript: where there is silence, and whether words can have been spoken where they are said to be. Frames are encoder frames in audio time. Belongs to the
/// worker that runs the stream.
/// </summary>
internal sealed class SpeechEvidence(SpeechTrack track, VoiceActivityOptions options, EncoderLayout encoder, VoiceActivityLayout voice)
{
    /// <summary>The least distance from a token's end to the end of a silence: before, the word may still go on.</summary>
    private const int ClearFrames = 2;

    /// <summary>A word may begin this long before the decoder says so; tokens come late.</summary>
    private static readonly TimeSpan LateTokens = TimeSpan.FromSeconds(0.4);

    /// <summary>The longest duration of a token. A word's last token begins at most this long before the word's end, so that what is asked for has been heard whenever the word is known.</summary>
    private static readonly TimeSpan LongestToken = TimeSpan.FromSeconds(0.32);

    private readonly TimeSpan _frame = TimeSpan.FromSeconds(encoder.SecondsPerEncoderFrame);

    /// <summary>Words suppressed since the worker last asked.</summary>
    private int _suppressed;

    /// <summary>
    /// Whether a silence of at least <paramref name="silence"/> is over between two frames, a moment after the first at the soonest: windows in a row below the end threshold. It may have begun before
    /// the first frame, since tokens do not end to the millisecond where words do.
    /// </summary>
    public bool HasSilence(long after, long until, TimeSpan silence)
    {
        if (silence == Timeout.InfiniteTimeSpan || until - after < ClearFrames) return false;
        var needed = (long)Math.Ceiling(silence.TotalSeconds * voice.SampleRate / voice.WindowSamples);
        var first = ((after + ClearFrames) * encoder.SamplesPerEncoderFrame / voice.WindowSamples) - 1;
        var end = Math.Min(until * encoder.SamplesPerEncoderFrame / voice.WindowSamples, track.Count);
        var run = 0L;
        for (var window = Math.Max(first - needed, 0); window < end; window++)
        {
            run = track.Holds(window) && track[window] < options.EndThreshold ? run + 1 : 0;
            if (run >= needed && window >= first) return true;
        }

        return false;
    }

    /// <summary>Whether the model heard anything like speech where the word is said to be.</summary>
    public bool Supports(RecognizedWord word)
    {
        if (options.WordThreshold == 0) return true;
        var from = WindowOf(word.Start - LateTokens);
        var last = WindowOf(TimeSpan.FromTicks(Math.Max((word.Start + _frame).Ticks, (word.End - LongestToken).Ticks)));
        var any = false;
        for (var window = Math.Max(0, from); window <= last; window++)
        {
            if (!track.Holds(window)) continue;
            any = true;
            if (track[window] >= options.WordThreshold) return true;
        }

        return !any;
    }

    /// <summary>Takes out words where nothing like speech was heard, and adds a notice that says which.</summary>
    public RecognizedWord[] Keep(RecognizedWord[] words, List<SpeechEvent> events)
    {
        if (Array.TrueForAll(words, Supports)) return words;
        var suppressed = Array.FindAll(words, word => !Supports(word));
        _suppressed += suppressed.Length;
        events.Add(new SessionNotice
        {
            Kind = SessionNoticeKind.WordsSuppressed,
            Message = string.Create(CultureInfo.InvariantCulture,
                $"{suppressed.Length} word(s) at {suppressed[0].Start.TotalSeconds:0.00} s were suppressed, no speech was heard there: {string.Join(' ', suppressed.Select(word => word.Text))}"),
            Time = suppressed[0].Start,
        });
        return Array.FindAll(words, Supports);
    }

    /// <summary>The number of words suppressed since the last call.</summary>
    public int TakeSuppressed()
    {
        var count = _suppressed;
        _suppressed = 0;
        return count;
    }

    private long WindowOf(TimeSpan time) => (long)Math.Floor(time.TotalSeconds * voice.SampleRate / voice.WindowSamples);
}
