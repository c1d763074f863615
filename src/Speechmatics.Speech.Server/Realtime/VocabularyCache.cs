using Speechmatics.Speech.Decoding.Biasing;
using Speechmatics.Speech.Server.Protocol;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>
/// The custom dictionaries of the lists that sessions bring: the same list is compiled once and shared for as long as it is among the last <see cref="MaxLists"/> used, or <see cref="MaxCharacters"/> of text. Thread-safe.
/// </summary>
internal sealed class VocabularyCache
{
    public const int MaxLists = 64;
    public const int MaxCharacters = 4 << 20;

    private readonly Lock _gate = new();
    private readonly LinkedList<(string Key, CompiledVocabulary Vocabulary)> _used = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, CompiledVocabulary Vocabulary)>> _byKey = [];
    private long _characters;

    public int Count
    {
        get
        {
            lock (_gate) return _byKey.Count;
        }
    }

    /// <summary>The dictionary of a list for the sessions of a pool.</summary>
    public CompiledVocabulary Get(IReadOnlyList<VocabularyEntry> entries, SessionPool pool)
    {
        if (entries.Count == 0) return CompiledVocabulary.None;
        var key = string.Join('\n', entries.Select(entry => $"{entry.Content}\t{string.Join('\t', entry.SoundsLike)}"));
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known))
            {
                _used.Remove(known);
                _used.AddFirst(known);
                return known.Value.Vocabulary;
            }
        }

        var made = Make(entries, pool);
        lock (_gate)
        {
            // another session with the same list was faster
            if (_byKey.TryGetValue(key, out var known)) return known.Value.Vocabulary;
            _byKey[key] = _used.AddFirst((key, made));
            _characters += key.Length;
            while (_byKey.Count > MaxLists || (_characters > MaxCharacters && _byKey.Count > 1))
            {
                var oldest = _used.Last!;
                _used.RemoveLast();
                _byKey.Remove(oldest.Value.Key);
                _characters -= oldest.Value.Key.Length;
            }
        }

        return made;
    }

    private static CompiledVocabulary Make(IReadOnlyList<VocabularyEntry> entries, SessionPool pool)
    {
        var (phrases, unspellable) = (new List<VocabularyPhrase>(entries.Count), new List<string>());
        foreach (var entry in entries)
        {
            var phrase = new VocabularyPhrase(entry.Content) { SoundsLike = [.. entry.SoundsLike] };
            // what cannot be spelled is left out, not the whole entry
            if (!pool.CanSpell(phrase)) phrase = phrase with { SoundsLike = [.. entry.SoundsLike.Where(sound => pool.CanSpell(new VocabularyPhrase(sound)))] };
            if (pool.CanSpell(phrase)) phrases.Add(phrase);
            else unspellable.Add(entry.Content);
        }

        return new CompiledVocabulary(phrases.Count > 0 ? new CustomVocabulary(phrases) : null, [.. unspellable]);
    }
}
