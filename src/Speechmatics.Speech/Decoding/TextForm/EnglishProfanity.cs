namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>A short list of English swear words; only to tag them.</summary>
internal static class EnglishProfanity
{
    private static readonly HashSet<string> Words =
    [
        "fuck", "fucks", "fucked", "fucker", "fuckers", "fucking", "motherfucker", "motherfuckers", "motherfucking", "shit", "shits", "shitty", "bullshit", "bitch", "bitches", "bastard",
        "bastards", "asshole", "assholes", "arsehole", "arseholes", "cunt", "cunts", "wanker", "wankers", "bollocks", "dickhead", "dickheads", "prick", "pricks", "twat", "twats", "whore", "whores", "slut", "sluts",
        "goddamn", "goddamned", "piss", "pissed",
    ];

    public static bool Contains(string word) => Words.Contains(word);
}
