namespace Speechmatics.Speech.Decoding.TextForm;

/// <summary>Finds fillers and slips of the tongue.</summary>
internal static class EnglishDisfluencies
{
    private static readonly HashSet<string> Fillers = ["um", "umm", "uh", "uhh", "uhm", "erm", "er", "hmm", "hm", "mm"];

    // words that nobody says twice on purpose; "very very", "had had" and "no no" are
    private static readonly HashSet<string> Repeated =
    [
        "the", "a", "an", "i", "to", "of", "in", "and", "we", "he", "she", "it", "is", "my", "your", "for", "but", "you", "they", "on", "at", "with", "this", "i'm", "it's", "if", "was", "are",
    ];

    public static bool IsDisfluent(in SpokenText words, int at) => Fillers.Contains(words[at]) || (words[at] == words[at + 1] && Repeated.Contains(words[at]));
}
