using Speechmatics.Speech.Decoding.Language;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// When silence ends an utterance: after the last token by itself, sooner where the voice activity model hears it too, and soonest where the words so far make a sentence. Every rule looks at a stretch of audio and
/// holds in it or does not, so where utterances end does not depend on the chunks. Belongs to the worker that runs the stream.
/// </summary>
internal sealed class EndpointRules
{
    private readonly SessionEngine _engine;
    private readonly long _sentenceFrames;
    private readonly TimeSpan _sentenceSilence;
    private readonly TimeSpan _heardSilence;
    private readonly float _sentenceEnd;
    private readonly SpeechEvidence? _evidence;
    private readonly NGramModel? _language;
    private long _silenceFrames;
    private int _sentence;

    public EndpointRules(SessionEngine engine, SessionOptions options, SpeechEvidence? evidence)
    {
        (_engine, _evidence) = (engine, evidence);
        _sentenceSilence = options.SentenceEndSilence;
        _sentenceFrames = SessionOptions.FramesOf(engine.Layout, _sentenceSilence);
        _sentenceEnd = MathF.Log(options.SentenceEndProbability);
        _heardSilence = options.VoiceActivity?.EndpointSilence ?? Timeout.InfiniteTimeSpan;
        _language = _sentenceSilence == Timeout.InfiniteTimeSpan ? null : (options.LanguageModel ?? engine.PackageLanguageModel)?.Model;
        Use(options);
        Begin();
    }

    /// <summary>Takes over the silence that ends an utterance, which may change while a session runs.</summary>
    public void Use(SessionOptions options) => _silenceFrames = SessionOptions.FramesOf(_engine.Layout, options.EndpointSilence);

    /// <summary>A sentence begins.</summary>
    public void Begin() => _sentence = _language?.StartState ?? 0;

    /// <summary>The sentence goes on with a token.</summary>
    public void Continue(int token) => _language?.Score(_sentence, token, out _sentence);

    /// <summary>Whether the utterance ended between the frame at which its last token so far ends and <paramref name="until"/>, up to which no other began; and why.</summary>
    public EndOfUtteranceReason? Between(long speechEnd, long until)
    {
        // the shortest silence first: longer ones hold only where it did not
        if (_language is not null && HasSilence(speechEnd, until) && _language.ScoreEnd(_sentence) >= _sentenceEnd) return EndOfUtteranceReason.SentenceComplete;
        if (until - speechEnd >= _silenceFrames || _evidence?.HasSilence(speechEnd, until, _heardSilence) == true) return EndOfUtteranceReason.TrailingSilence;
        return null;
    }

    public void Save(BinaryWriter writer)
    {
        if (_language is not null) writer.Write(_sentence);
    }

    /// <exception cref="InvalidDataException">No state of the language model.</exception>
    public void Load(BinaryReader reader)
    {
        if (_language is null) return;
        _sentence = reader.ReadInt32();
        if ((uint)_sentence >= (uint)_language.StateCount) throw new InvalidDataException("The session state does not fit the language model.");
    }

    private bool HasSilence(long speechEnd, long until) =>
        _evidence is null ? until - speechEnd >= _sentenceFrames : _evidence.HasSilence(speechEnd, until, _sentenceSilence);
}
