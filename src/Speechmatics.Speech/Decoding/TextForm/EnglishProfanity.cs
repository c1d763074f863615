namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>A short list of English swear words, to tag or mask them.</summary>
internal static class EnglishProfanity
{
    private static readonly HashSet<string> Words =
    [
        "fuck", "fucks", "fucked", "fucker", "fuckers", "fucking", "motherfucker", "motherfuckers", "motherfucking", "shit", "shits", "shitty", "bullshit", "bitch", "bitches", "bastard",
        "bastards", "asshole", "assholes", "arsehole", "arseholes", "cunt", "cunts", "wanker", "wankers", "bollocks", "dickhead", "dickheads", "prick", "pricks", "twat", "twats", "whore", "whores", "slut", "sluts",
        "goddamn", "goddamned", "piss", "pissed",
    ];

    public static bool Contains(string word) => Words.Contains(word);

    /// <summary>The first letter and asterisks; punctuation stays: "s***!".</summary>
    public static string Mask(string word)
    {
        var first = 0;
        while (first < word.Length && !char.IsLetter(word[first])) first++;
        return string.Create(word.Length, (word, first), static (masked, source) =>
        {
            for (var i = 0; i < masked.Length; i++) masked[i] = i > source.first && char.IsLetter(source.word[i]) ? '*' : source.word[i];
        });
    }
}
