using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Speechmatics.Speech.Decoding.Language;

namespace Speechmatics.Speech.Decoding.Biasing;

/// <summary>
/// Words and phrases that the recogniser should expect: names, products, terms of a trade. Immutable and safe for concurrent use: make one and share it among all
/// sessions that need it, since it is compiled once for each model.
/// </summary>
public sealed class CustomVocabulary
{
    /// <summary>See <see cref="DefaultWeight"/>.</summary>
    internal const float StandardWeight = 1.6f;

    private readonly ConditionalWeakTable<PieceEncoder, PhraseAutomaton> _forBeams = [];
    private readonly ConditionalWeakTable<PieceEncoder, PhraseAutomaton> _forGreedy = [];
    private readonly ConditionalWeakTable<BytePairEncoder, PhraseAutomaton> _forSecondPass = [];

    /// <summary>Creates a vocabulary.</summary>
    /// <param name="phrases">The phrases; thousands are fine.</param>
    public CustomVocabulary(IEnumerable<VocabularyPhrase> phrases)
    {
        ArgumentNullException.ThrowIfNull(phrases);
        Phrases = [.. phrases];
    }

    /// <summary>Creates a vocabulary of phrases that all have <see cref="DefaultWeight"/>.</summary>
    /// <param name="phrases">The phrases as transcripts shall show them.</param>
    public CustomVocabulary(IEnumerable<string> phrases)
        : this(phrases.Select(phrase => new VocabularyPhrase(phrase)))
    {
    }

    /// <summary>The phrases, in the order given.</summary>
    public ImmutableArray<VocabularyPhrase> Phrases { get; }

    /// <summary>The weight of phrases that give none, 0 to 20; see <see cref="VocabularyPhrase.Weight"/>. Default 1.6.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not between 0 and 20.</exception>
    public float DefaultWeight
    {
        get;
        init
        {
            if (value is not (>= 0 and <= 20)) throw new ArgumentOutOfRangeException(nameof(value), value, "A weight lies between 0 and 20.");
            field = value;
        }
    } = StandardWeight;

    /// <summary>SHA-256 over phrases, weights and spellings, as lower-case hex.</summary>
    internal string ContentHash => field ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Phrases.Select(phrase =>
        string.Create(CultureInfo.InvariantCulture, $"{phrase.Text}\t{phrase.Weight ?? DefaultWeight}\t{string.Join('\t', phrase.SoundsLike.IsDefault ? [] : phrase.SoundsLike)}"))))));

    /// <summary>The automaton for a model's pieces; made on the first call and kept as long as the encoder lives.</summary>
    /// <exception cref="ArgumentException">A phrase or a spelling has characters that the model cannot write; the message names it.</exception>
    internal PhraseAutomaton Compile(PieceEncoder encoder, bool greedy = false) =>
        greedy ? _forGreedy.GetValue(encoder, key => Build(key, lends: false)) : _forBeams.GetValue(encoder, key => Build(key, lends: true));

    /// <summary>One that has been compiled, for finding matches: both find the same.</summary>
    internal PhraseAutomaton Compiled(PieceEncoder encoder) => _forGreedy.TryGetValue(encoder, out var greedy) ? greedy : Compile(encoder);

    /// <summary>Whether <see cref="Compile(PieceEncoder, bool)"/> would take a phrase.</summary>
    internal static bool CanSpell(VocabularyPhrase phrase, PieceEncoder encoder)
    {
        var tokens = new List<int>();
        var soundsLike = phrase.SoundsLike.IsDefault ? [] : phrase.SoundsLike;
        return (!soundsLike.IsEmpty || Spelled(phrase.Text)) && soundsLike.All(Spelled);

        bool Spelled(string text)
        {
            tokens.Clear();
            return encoder.Encode(Words(text), tokens) && tokens.Count > 0;
        }
    }

    /// <summary>The same for the tokens of a second pass, which writes capitals and punctuation: each spelling as it is, in lower case and capitalised.</summary>
    internal PhraseAutomaton Compile(BytePairEncoder encoder) => _forSecondPass.GetValue(encoder, Build);

    private PhraseAutomaton Build(BytePairEncoder encoder)
    {
        var spellings = new List<PhraseSpelling>();
        for (var id = 0; id < Phrases.Length; id++)
        {
            var phrase = Phrases[id];
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (var text in (ReadOnlySpan<string>)[phrase.Text, .. phrase.SoundsLike.IsDefault ? [] : phrase.SoundsLike])
            {
                foreach (var form in (ReadOnlySpan<string>)[text, Words(text)])
                    written.UnionWith([form, form.ToLowerInvariant(), Capitalise(form, everyWord: false), Capitalise(form, everyWord: true)]);
            }

            // words stand after a space; what the model may not write is left to the other forms
            foreach (var form in written)
            {
                var tokens = new List<int>();
                if (encoder.Encode(" " + form, tokens)) spellings.Add(new PhraseSpelling([.. tokens], phrase.Weight ?? DefaultWeight, id));
            }
        }

        return new PhraseAutomaton(encoder.TokenCount, encoder.EndsWord, spellings, lends: false);
    }

    private static string Capitalise(string text, bool everyWord)
    {
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
            if (i == 0 || (everyWord && characters[i - 1] == ' ')) characters[i] = char.ToUpperInvariant(characters[i]);
        return new string(characters);
    }

    private PhraseAutomaton Build(PieceEncoder encoder, bool lends)
    {
        var spellings = new List<PhraseSpelling>();
        var tokens = new List<int>();
        var unknown = new StringBuilder();
        for (var id = 0; id < Phrases.Length; id++)
        {
            var phrase = Phrases[id];
            var weight = phrase.Weight ?? DefaultWeight;
            var soundsLike = phrase.SoundsLike.IsDefault ? [] : phrase.SoundsLike;
            // a text that cannot be spelled is what sounds-like spellings are for
            if (!Add(phrase.Text) && soundsLike.IsEmpty) throw Unspellable(phrase.Text);
            foreach (var spelling in soundsLike)
                if (!Add(spelling)) throw Unspellable(spelling);

            bool Add(string text)
            {
                tokens.Clear();
                unknown.Clear();
                if (!encoder.Encode(Words(text), tokens, unknown) || tokens.Count == 0) return false;
                spellings.Add(new PhraseSpelling([.. tokens], weight, id));
                return true;
            }
        }

        return new PhraseAutomaton(encoder, spellings, lends);

        ArgumentException Unspellable(string text) => new(
            $"The phrase '{text}' holds characters that the model cannot write ('{unknown}'). Give how it is said in plain words as SoundsLike.");
    }

    // punctuation is not spoken: hyphens and the like part words, others vanish
    private static string Words(string text)
    {
        var words = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is '-' or '/' or '_' or '\u2010' or '\u2013') words.Append(' ');
            else if (character is '\u2019') words.Append('\'');
            else if (character is '\'' || !char.IsPunctuation(character)) words.Append(character);
        }

        return words.ToString();
    }
}
