using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// Finds stretches where somebody speaks, as the voice activity model hears it, and the decoder gives no token. Goes through windows and tokens in the order of time, so what it finds does not depend on the chunks. Belongs
/// to the worker that runs the stream.
/// </summary>
internal sealed class BlankSpanFinder(SpeechTrack track, VoiceActivityOptions options, EncoderLayout encoder, VoiceActivityLayout voice)
{
    /// <summary>The longest stretch, in seconds: what comes after begins another.</summary>
    public const double LongestSeconds = 10;

    /// <summary>Silence that ends a stretch, in seconds.</summary>
    private const double PauseSeconds = 0.6;

    private readonly long _least = Windows(voice, options.RescueAfter.TotalSeconds);
    private readonly long _longest = Windows(voice, LongestSeconds);
    private readonly long _pause = Windows(voice, PauseSeconds);
    private readonly List<(long Start, long End)> _tokens = [];

    /// <summary>The next window to look at.</summary>
    private long _window;

    /// <summary>The window after the last token.</summary>
    private long _from;

    /// <summary>The first window of speech after that, or -1.</summary>
    private long _first = -1;

    private long _speech;
    private long _silent;

    /// <summary>The first window that a stretch to be found may need.</summary>
    public long Needed => _first >= 0 ? _first : _window;

    /// <summary>Takes a step's tokens and finds the stretches that are over.</summary>
    /// <param name="tokens">In order, their frames counted in audio time.</param>
    /// <param name="certain">False while the decoder may still add tokens before <paramref name="decodedFrames"/>: then the look is put off.</param>
    /// <param name="decodedFrames">The frame after the last that was decoded.</param>
    /// <param name="ended">Whether nothing follows: the end of the audio, or a forced end of utterance.</param>
    /// <param name="found">Takes the stretches: the window after the last token before, the first of speech, the one after the last.</param>
    public void Find(ReadOnlySpan<EmittedToken> tokens, bool certain, long decodedFrames, bool ended, List<(long From, long First, long End)> found)
    {
        foreach (ref readonly var token in tokens) _tokens.Add((token.StartFrame, token.StartFrame + Math.Max(1, token.DurationFrames)));
        if (!certain && !ended) return;
        foreach (var (start, end) in _tokens)
        {
            Scan(WindowOf(start), found);
            Close(WindowOf(start), found);
            Begin(Math.Max(_window, WindowOf(end) + 1));
        }

        _tokens.Clear();
        Scan(Math.Min(WindowOf(decodedFrames), track.Count), found);
        if (!ended) return;
        Close(_window, found);
        Begin(_window);
    }

    /// <summary>Forgets what is under way and goes on at a window: audio before it was dropped.</summary>
    public void Restart(long window)
    {
        _tokens.Clear();
        Begin(window);
    }

    public void Save(BinaryWriter writer)
    {
        foreach (var value in (ReadOnlySpan<long>)[_window, _from, _first, _speech, _silent, _tokens.Count]) writer.Write(value);
        foreach (var (start, end) in _tokens)
        {
            writer.Write(start);
            writer.Write(end);
        }
    }

    public void Load(BinaryReader reader)
    {
        (_window, _from, _first, _speech, _silent) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        _tokens.Clear();
        for (var left = reader.ReadInt64(); left > 0; left--) _tokens.Add((reader.ReadInt64(), reader.ReadInt64()));
    }

    private void Scan(long until, List<(long From, long First, long End)> found)
    {
        for (; _window < until; _window++)
        {
            var probability = track.Holds(_window) ? track[_window] : 0;
            if (probability >= options.Threshold)
            {
                if (_first < 0) _first = _window;
                _speech++;
                _silent = 0;
            }
            else
            {
                _silent = probability < options.EndThreshold ? _silent + 1 : 0;
            }

            if (_first < 0 || (_silent < _pause && _window + 1 - _first < _longest)) continue;
            Close(_window + 1 - (_silent / 2), found);
            Begin(_window + 1);
        }
    }

    private void Close(long end, List<(long From, long First, long End)> found)
    {
        if (_first >= 0 && _speech >= _least) found.Add((_from, _first, end));
    }

    private void Begin(long window) => (_window, _from, _first, _speech, _silent) = (window, window, -1, 0, 0);

    private long WindowOf(long frame) => frame * encoder.SamplesPerEncoderFrame / voice.WindowSamples;

    private static long Windows(VoiceActivityLayout voice, double seconds) => (long)Math.Ceiling(seconds * voice.SampleRate / voice.WindowSamples);
}
