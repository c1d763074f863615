using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.TextForm;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// Turns a stream's tokens into its events: partials, finals, ends of utterances. An utterance ends where the gap between two tokens, or between the last token and the audio decoded, says so by
/// <see cref="EndpointRules"/>; the gap alone decides, so where utterances end does not depend on the chunks. Belongs to the worker that runs the stream.
/// </summary>
internal sealed class TranscriptTracker
{
    private static readonly TimeSpan LongestEnhanced = TimeSpan.FromSeconds(30);
    private readonly WordAssembler _words;
    private readonly WordPieces _pieces;
    private readonly WordDisplay _display;
    private readonly double _secondsPerFrame;
    private readonly bool _partials;
    private readonly EndpointRules _endpoint;
    private readonly SpeechEvidence? _evidence;
    private readonly long _maxUtteranceFrames;
    private readonly bool _enhanced;
    private readonly List<RecognizedWord> _removed = [];

    private SessionOptions _options;
    private TimeSpan _maxDelay;
    private long _utteranceStart = -1;
    private TimeSpan _lastWordEnd;
    private int _shownPending;
    private bool _continues;

    public TranscriptTracker(SessionEngine engine, SessionOptions options, SpeechEvidence? evidence = null)
    {
        _pieces = engine.Pieces;
        _display = options.CreateWordDisplay(engine);
        _secondsPerFrame = engine.Layout.SecondsPerEncoderFrame;
        _words = new WordAssembler(_pieces, _secondsPerFrame);
        _partials = options.Partials;
        _evidence = evidence;
        _endpoint = new EndpointRules(engine, options, evidence);
        _enhanced = options.OperatingPoint == OperatingPoint.Enhanced;
        _maxUtteranceFrames = Math.Min(SessionOptions.FramesOf(engine.Layout, options.MaxUtterance), _enhanced ? SessionOptions.FramesOf(engine.Layout, LongestEnhanced) : long.MaxValue);
        (_options, _maxDelay) = (options, GreatestDelay(options));
    }

    /// <summary>What finals are shown through.</summary>
    public WordDisplay Display => _display;

    /// <summary>Events not yet sent; the worker empties it.</summary>
    public List<SpeechEvent> Events { get; } = [];

    /// <summary>Enhanced sessions: utterances whose finals the second pass is to give; the worker empties it.</summary>
    public List<EndedUtterance> Ended { get; } = [];

    /// <summary>The first token's frame of the utterance under way, or -1 between utterances.</summary>
    public long UtteranceStartFrame => _utteranceStart;

    /// <summary>Takes over what a session may change while it runs, for what is decoded from here on.</summary>
    public void Use(SessionOptions options)
    {
        if (ReferenceEquals(options, _options)) return;
        (_options, _maxDelay) = (options, GreatestDelay(options));
        _endpoint.Use(options);
    }

    /// <summary>Takes the tokens of a chunk.</summary>
    /// <param name="tokens">In order, their frames counted in audio time.</param>
    /// <param name="pending">What the decoder's best hypothesis adds but may yet take back: partials show it.</param>
    /// <param name="decodedFrames">The frame after the last that was decoded.</param>
    /// <param name="chunkFrames">The chunk's size: until the next result, words grow older by it.</param>
    public void Append(ReadOnlySpan<EmittedToken> tokens, ReadOnlySpan<EmittedToken> pending, long decodedFrames, int chunkFrames)
    {
        var changed = false;
        var from = 0;
        var speechEnd = _words.SpeechEndFrame;
        for (var i = 0; i < tokens.Length; i++)
        {
            var start = tokens[i].StartFrame;
            if (_utteranceStart >= 0)
            {
                var reason = _endpoint.Between(speechEnd, start)
                    ?? (start - _utteranceStart >= _maxUtteranceFrames && _pieces.BeginsWord(tokens[i].Id) ? EndOfUtteranceReason.MaximumLength : null);
                if (reason is { } ended)
                {
                    _words.Append(tokens[from..i]);
                    EndUtterance(ended, start);
                    from = i;
                }
            }

            if (_utteranceStart < 0) _utteranceStart = start;
            speechEnd = Math.Max(speechEnd, start + Math.Max(1, tokens[i].DurationFrames));
            _endpoint.Continue(tokens[i].Id);
        }

        changed |= _words.Append(tokens[from..]);
        if (_utteranceStart >= 0 && pending.IsEmpty && _endpoint.Between(_words.SpeechEndFrame, decodedFrames) is { } silence)
        {
            EndUtterance(silence, decodedFrames);
            return;
        }

        changed |= FinishOverdue(decodedFrames, chunkFrames);
        var shown = Hash(pending);
        changed |= shown != _shownPending;
        _shownPending = shown;
        if (changed && _partials && Supported(_words.WordsWith(pending)) is { Length: > 0 } words)
        {
            Events.Add(new PartialTranscript { Text = Join(words), Words = words });
        }
    }

    /// <summary>Makes all words final and ends the utterance. Where none is under way, only a forced end is told.</summary>
    public void EndUtterance(EndOfUtteranceReason reason, long decodedFrames)
    {
        _endpoint.Begin();
        if (_enhanced)
        {
            var all = _words.Take(_words.Words.Count);
            var words = _evidence is null ? all : _evidence.Keep(all, Events);
            var unheard = all.Length > 0 && words.Length == 0; // nothing is left to be read again
            if ((_utteranceStart >= 0 && !unheard) || reason is EndOfUtteranceReason.Forced or EndOfUtteranceReason.EndOfAudio)
                Ended.Add(new EndedUtterance(ImmutableCollectionsMarshal.AsImmutableArray(words), unheard ? -1 : _utteranceStart, _words.SpeechEndFrame, decodedFrames, reason));

            _words.CloseLastWord();
            _utteranceStart = -1;
            return;
        }

        Finish(_words.Words.Count);
        _words.CloseLastWord();

        // an utterance whose words were all suppressed was none
        var spoken = _utteranceStart >= 0 && (_evidence is null || _continues);
        _continues = false;
        if (spoken || reason == EndOfUtteranceReason.Forced)
        {
            var time = spoken ? _lastWordEnd : TimeSpan.FromSeconds(decodedFrames * _secondsPerFrame);
            Events.Add(new EndOfUtterance { Time = time, Reason = reason, RemovedWords = [.. _removed] });
            _removed.Clear();
        }

        _utteranceStart = -1;
    }

    /// <summary>Makes all words final, though the utterance goes on: what follows is another word.</summary>
    public void Settle()
    {
        Finish(_words.Words.Count);
        _words.CloseLastWord();
    }

    public void Save(BinaryWriter writer)
    {
        _words.Save(writer);
        writer.Write(_utteranceStart);
        writer.Write(_lastWordEnd.Ticks);
        writer.Write(_continues);
        _endpoint.Save(writer);
        writer.Write(_removed.Count);
        foreach (var word in _removed)
        {
            writer.Write(word.Text);
            writer.Write(word.Start.Ticks);
            writer.Write(word.End.Ticks);
            writer.Write(word.Confidence);
        }
    }

    public void Load(BinaryReader reader)
    {
        _words.Load(reader);
        _utteranceStart = reader.ReadInt64();
        _lastWordEnd = TimeSpan.FromTicks(reader.ReadInt64());
        _continues = reader.ReadBoolean();
        _endpoint.Load(reader);
        _removed.Clear();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            _removed.Add(new RecognizedWord
            {
                Text = reader.ReadString(),
                Start = TimeSpan.FromTicks(reader.ReadInt64()),
                End = TimeSpan.FromTicks(reader.ReadInt64()),
                Confidence = reader.ReadSingle(),
                Tags = WordTags.Disfluency,
            });
        }
    }

    /// <summary>When the oldest word would outlive the greatest delay before the next result, makes all words final that are whole.</summary>
    private bool FinishOverdue(long decodedFrames, int chunkFrames)
    {
        var words = _words.Words;
        if (words.Count == 0 || _maxDelay == TimeSpan.MaxValue) return false;
        var limit = TimeSpan.FromSeconds((decodedFrames + chunkFrames) * _secondsPerFrame) - _maxDelay;
        if (words[0].End > limit) return false;
        var whole = _words.LastWordMayGrow && words[^1].End > limit ? words.Count - 1 : words.Count;
        Finish(whole);
        return whole > 0;
    }

    private void Finish(int count)
    {
        if (count == 0) return;
        var taken = _words.Take(count);
        if (_evidence is not null) taken = _evidence.Keep(taken, Events);
        if (taken.Length == 0) return;
        _lastWordEnd = taken[^1].End;
        var words = _display.Apply(taken, _continues, _removed);
        if (words.IsEmpty) return;
        _continues = true;
        Events.Add(new FinalTranscript { Text = Join(words), Words = words });
    }

    private TimeSpan GreatestDelay(SessionOptions options) => _enhanced || options.MaxDelay == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : options.MaxDelay;

    private ImmutableArray<RecognizedWord> Supported(ImmutableArray<RecognizedWord> words)
    {
        if (_evidence is null) return words;
        foreach (var word in words)
            if (!_evidence.Supports(word)) return words.RemoveAll(each => !_evidence.Supports(each));
        return words;
    }

    private static int Hash(ReadOnlySpan<EmittedToken> tokens)
    {
        var hash = default(HashCode);
        foreach (ref readonly var token in tokens) hash.Add(token);
        return tokens.IsEmpty ? 0 : hash.ToHashCode();
    }

    public static string Join(ImmutableArray<RecognizedWord> words) => words.Length == 1 ? words[0].Text : string.Join(' ', words.Select(word => word.Text));
}
