namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>The words of an utterance for the rules to look at: lower case, without the punctuation around them; empty beyond either end.</summary>
internal readonly struct SpokenText
{
    private readonly string[] _words;
    private readonly bool[] _breakAfter;
    private readonly bool[] _endsSentence;
    private readonly int _end;

    public SpokenText(IReadOnlyList<RecognizedWord> words)
    {
        _words = new string[words.Count];
        _breakAfter = new bool[words.Count];
        _endsSentence = new bool[words.Count];
        _end = words.Count;
        for (var i = 0; i < words.Count; i++)
        {
            var text = words[i].Text;
            _words[i] = text.Trim().Trim('.', ',', '!', '?', ';', ':', '"', '-', '\u2014', '\u2026', '\u201c', '\u201d').ToLowerInvariant();
            _breakAfter[i] = text.Length > 0 && text[^1] is '.' or ',' or '!' or '?' or ';' or ':' && !IsInitial(text);
            _endsSentence[i] = text.Length > 0 && text[^1] is '.' or '!' or '?';
        }
    }

    private SpokenText(SpokenText text, int end)
    {
        (_words, _breakAfter, _endsSentence, _end) = (text._words, text._breakAfter, text._endsSentence, end);
    }

    public int Count => _end;

    public string this[int index] => (uint)index < (uint)_end ? _words[index] : "";

    /// <summary>Whether punctuation ends the word, so that what follows does not belong to it.</summary>
    public bool BreaksAfter(int index) => _breakAfter[index];

    /// <summary>Whether a sentence ends with the word.</summary>
    public bool EndsSentence(int index) => _breakAfter[index] && _endsSentence[index];

    /// <summary>The text up to the next punctuation from a word on.</summary>
    public SpokenText UntilBreak(int from)
    {
        var end = from;
        while (end < _end && !_breakAfter[end]) end++;
        return new SpokenText(this, Math.Min(_end, end + 1));
    }

    // "p.m." ends in no pause
    private static bool IsInitial(string text) => text.Length <= 4 && text.IndexOf('.') is var dot && dot > 0 && dot < text.Length - 1;
}
