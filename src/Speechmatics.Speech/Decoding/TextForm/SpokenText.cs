namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>The words of an utterance for the rules to look at: lower case, without the punctuation around them; empty beyond either end.</summary>
internal readonly struct SpokenText
{
    private readonly string[] _words;
    private readonly bool[] _breakAfter;

    public SpokenText(IReadOnlyList<RecognizedWord> words)
    {
        _words = new string[words.Count];
        _breakAfter = new bool[words.Count];
        for (var i = 0; i < words.Count; i++)
        {
            var text = words[i].Text;
            _words[i] = text.Trim().Trim('.', ',', '!', '?', ';', ':', '"', '\u201c', '\u201d').ToLowerInvariant();
            _breakAfter[i] = text.Length > 0 && text[^1] is '.' or ',' or '!' or '?' or ';' or ':' && !IsInitial(text);
        }
    }

    public int Count => _words.Length;

    public string this[int index] => (uint)index < (uint)_words.Length ? _words[index] : "";

    /// <summary>Whether punctuation parts the words of a span, so that they do not belong together.</summary>
    public bool IsParted(int from, int length)
    {
        for (var i = from; i < from + length - 1; i++)
            if (_breakAfter[i]) return true;
        return false;
    }

    // "p.m." ends in no pause
    private static bool IsInitial(string text) => text.Length <= 4 && text.IndexOf('.') is var dot && dot > 0 && dot < text.Length - 1;
}
