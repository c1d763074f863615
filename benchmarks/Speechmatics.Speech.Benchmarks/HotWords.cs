using System.Globalization;
using System.Text.Json;
using Speechmatics.Speech.Decoding.Biasing;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>For each clip a list of rare words, some spoken in it and others not; a clip without a list gets another clip's, to count what is heard where nothing of it was said.</summary>
internal sealed class HotWords
{
    private readonly Dictionary<string, (string[] Spoken, CustomVocabulary Vocabulary)> _lists = new(StringComparer.Ordinal);
    private readonly List<CustomVocabulary> _all = [];
    private int _shift;

    /// <param name="file">The lists.</param>
    /// <param name="weight">The phrases' weight.</param>
    /// <param name="shift">Other numbers give clips without a list other ones.</param>
    public static HotWords Read(string file, float weight, int shift)
    {
        var hotWords = new HotWords { _shift = shift };
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        foreach (var clip in json.RootElement.GetProperty("clips").EnumerateObject())
        {
            string[] spoken = [.. clip.Value.GetProperty("words").EnumerateArray().Select(word => word.GetString()!)];
            var others = clip.Value.GetProperty("others").EnumerateArray().Select(word => word.GetString()!);
            var vocabulary = new CustomVocabulary(spoken.Union(others)) { DefaultWeight = weight };
            hotWords._lists.Add(clip.Name, (spoken, vocabulary));
            hotWords._all.Add(vocabulary);
        }

        return hotWords;
    }

    public CustomVocabulary For(string audio) =>
        _lists.TryGetValue(audio, out var list) ? list.Vocabulary : _all[(int)((uint)(audio.Sum(character => character) + (7 * _shift)) % (uint)_all.Count)];

    /// <summary>Words of the lists that were said and heard, out of those said; and words of the lists heard though not said, in clips with and without words of theirs.</summary>
    public string Score(DecodingClip[] clips, string[] texts) =>
        Score([.. clips.Select(clip => clip.Audio)], [.. clips.Select(clip => clip.Words)], [.. texts.Select(text => text.Split(' '))]);

    /// <summary>The same for recordings by name, the words said and the words heard in each.</summary>
    public string Score(string[] audio, string[][] references, string[][] texts)
    {
        int said = 0, heard = 0, listed = 0, elsewhere = 0, words = 0;
        for (var i = 0; i < audio.Length; i++)
        {
            var text = texts[i];
            var own = _lists.TryGetValue(audio[i], out var list);
            foreach (var phrase in For(audio[i]).Phrases)
            {
                var (inReference, inText) = (references[i].Count(word => word == phrase.Text), text.Count(word => word == phrase.Text));
                if (own)
                {
                    said += inReference;
                    heard += Math.Min(inReference, inText);
                }

                if (own) listed += Math.Max(0, inText - inReference);
                else elsewhere += Math.Max(0, inText - inReference);
            }

            if (!own) words += text.Length;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{heard} of {said}, {listed} false there; elsewhere {elsewhere} false of {words} words");
    }
}
