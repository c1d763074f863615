using System.Text.Json;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Server.Protocol;

/// <summary>
/// Reads StartRecognition. What the server cannot do gets a Warning where the transcript stays right without it, and an Error where it would not; numbers out of range are brought into it, since the ranges differ
/// between client generations; unknown members are ignored.
/// </summary>
internal sealed class RecognitionSettingsReader
{
    private const int MaxVocabularyEntries = 1000;
    private const int MaxEntryWords = 6;
    private const int MaxWordCharacters = 4000;
    private const int MaxReplacements = 1000;
    private const string Validation = "validation_warning";

    private readonly List<(string Type, string Reason)> _warnings = [];

    /// <param name="root">The message.</param>
    /// <param name="modelLanguage">The language that is served.</param>
    /// <param name="hasEnhanced">Whether the model "enhanced" is served.</param>
    /// <param name="hasVoiceActivity">Whether the beginning and end of speech can be told.</param>
    /// <param name="pathLanguage">The language in the address, or null.</param>
    /// <exception cref="ProtocolException">Something needed is absent, of the wrong kind, or not served.</exception>
    public static RecognitionSettings Read(JsonElement root, string modelLanguage, bool hasEnhanced, bool hasVoiceActivity, string? pathLanguage) =>
        new RecognitionSettingsReader().ReadAll(root, modelLanguage, hasEnhanced, hasVoiceActivity, pathLanguage);

    /// <summary>The delays that SetRecognitionConfig may change, and of its warnings its own.</summary>
    public static RecognitionSettings ReadChange(JsonElement config, RecognitionSettings settings)
    {
        var reader = new RecognitionSettingsReader();
        return settings with
        {
            MaxDelay = reader.ReadMaxDelay(config) ?? settings.MaxDelay,
            EndOfUtteranceSilence = ReadEndOfUtterance(config) ?? settings.EndOfUtteranceSilence,
            Warnings = reader._warnings,
        };
    }

    private RecognitionSettings ReadAll(JsonElement root, string modelLanguage, bool hasEnhanced, bool hasVoiceActivity, string? pathLanguage)
    {
        if (root.Member("transcription_config", JsonValueKind.Object) is not { } config)
            throw new ProtocolException(ErrorType.InvalidConfig, "StartRecognition needs an object \"transcription_config\" with a \"language\".");
        var language = config.Text("language") ?? throw new ProtocolException(ErrorType.InvalidConfig, "\"transcription_config.language\" is absent.");
        if (!SameLanguage(language, modelLanguage))
            throw new ProtocolException(ErrorType.InvalidLanguage, $"The language \"{language}\" is not served here; \"{modelLanguage}\" is.");
        if (pathLanguage is not null && !SameLanguage(pathLanguage, language))
            throw new ProtocolException(ErrorType.InvalidConfig, $"The address says \"{pathLanguage}\" and transcription_config says \"{language}\".");

        var format = ReadFormat(root);
        var enhanced = ReadModel(config, hasEnhanced);
        WarnOfAbsentFeatures(root, config);
        var diarization = config.Text("diarization") ?? "none";
        if (diarization is "channel" or "channel_and_speaker")
            throw new ProtocolException(ErrorType.InvalidConfig, "Channel diarization is not available: open one session for each channel.");
        if (diarization == "speaker") _warnings.Add((Validation, "Speaker diarization is not available: every word is labelled UU, speaker unknown."));

        var filtering = config.Member("transcript_filtering_config", JsonValueKind.Object);
        return new RecognitionSettings
        {
            RawFormat = format,
            Language = language,
            Enhanced = enhanced,
            SpeechEvents = ReadAudioEvents(root, hasVoiceActivity),
            MaxDelay = ReadMaxDelay(config) ?? RecognitionSettings.GreatestMaxDelay,
            Partials = config.Flag("enable_partials") ?? false,
            EndOfUtteranceSilence = ReadEndOfUtterance(config) ?? 0,
            SpeakerLabels = diarization == "speaker",
            PermittedMarks = ReadMarks(config),
            Entities = ReadEntities(config, enhanced),
            RemoveDisfluencies = filtering?.Flag("remove_disfluencies") ?? false,
            Replacements = filtering is { } filter ? ReadReplacements(filter) : [],
            Vocabulary = ReadVocabulary(config),
            Warnings = _warnings,
        };
    }

    /// <summary>The seconds of silence asked for, or null where nothing is said.</summary>
    public static double? ReadEndOfUtterance(JsonElement config) =>
        config.Member("conversation_config", JsonValueKind.Object) is { } conversation && conversation.Number("end_of_utterance_silence_trigger") is { } seconds
            ? Math.Clamp(seconds, 0, RecognitionSettings.GreatestEndOfUtteranceSilence)
            : null;

    public static bool SameLanguage(string one, string other) => string.Equals(one.Split('-')[0], other.Split('-')[0], StringComparison.OrdinalIgnoreCase);

    private static AudioFormat? ReadFormat(JsonElement root)
    {
        if (root.Member("audio_format", JsonValueKind.Object) is not { } format) return null;
        var type = format.Text("type");
        if (type == "file") return null;
        if (type != "raw") throw new ProtocolException(ErrorType.InvalidAudioType, "\"audio_format.type\" must be \"raw\" or \"file\".");
        var encoding = format.Text("encoding") switch
        {
            "pcm_f32le" => AudioEncoding.Float32,
            "pcm_s16le" => AudioEncoding.Pcm16,
            "mulaw" => AudioEncoding.MuLaw,
            _ => throw new ProtocolException(ErrorType.InvalidAudioType, "\"audio_format.encoding\" must be \"pcm_f32le\", \"pcm_s16le\" or \"mulaw\"."),
        };
        if (format.Number("sample_rate") is not { } rate || rate is < 4000 or > 192000 || rate != Math.Floor(rate))
            throw new ProtocolException(ErrorType.InvalidAudioType, "\"audio_format.sample_rate\" must be a whole number from 4000 to 192000.");
        return new AudioFormat(encoding, (int)rate);
    }

    private bool ReadModel(JsonElement config, bool hasEnhanced)
    {
        var model = config.Text("model") ?? config.Text("operating_point") ?? "standard";
        if (model == "standard") return false;
        if (model != "enhanced") throw new ProtocolException(ErrorType.InvalidModel, $"The model \"{model}\" is not served here; {(hasEnhanced ? "\"standard\" and \"enhanced\" are" : "\"standard\" is")}.");
        if (!hasEnhanced) _warnings.Add((Validation, "The model \"enhanced\" is not loaded: \"standard\" is used."));
        return hasEnhanced;
    }

    /// <summary>Of audio events there is one type of our own, "speech"; without a list of types the protocol means its own three.</summary>
    private bool ReadAudioEvents(JsonElement root, bool hasVoiceActivity)
    {
        if (root.Member("audio_events_config", JsonValueKind.Object) is not { } config) return false;
        string?[] types = config.Member("types", JsonValueKind.Array) is { } list ? [.. list.EnumerateArray().Select(type => type.ValueKind == JsonValueKind.String ? type.GetString() : null)] : [];
        var speech = types.Contains("speech") && hasVoiceActivity;
        if (!speech || types.Length > 1)
            _warnings.Add((Validation, hasVoiceActivity ? "Of audio events only \"speech\" is available: no others are sent." : "Audio events are not available: none are sent."));
        return speech;
    }

    private bool ReadEntities(JsonElement config, bool enhanced)
    {
        if (config.Flag("enable_entities") != true) return false;
        // the second pass writes figures by itself and does not tell what was said
        if (enhanced) _warnings.Add((Validation, "Entities are not available with the model \"enhanced\": numbers and dates come as words in figures, without their spoken form."));
        return !enhanced;
    }

    private void WarnOfAbsentFeatures(JsonElement root, JsonElement config)
    {
        if (root.Member("translation_config", JsonValueKind.Object) is not null)
            _warnings.Add(("unsupported_translation_pair", "Translation is not available: only the transcript is sent."));
        if (config.Member("audio_filtering_config", JsonValueKind.Object) is { } filter && filter.Number("volume_threshold") is > 0)
            _warnings.Add((Validation, "Volume filtering is not available: all speech is transcribed."));
        if (config.Text("output_locale") is { Length: > 0 } locale)
            _warnings.Add((Validation, $"The output locale \"{locale}\" is not available: words are spelled as the model spells them."));
        if (config.Text("domain") is { Length: > 0 } domain)
            _warnings.Add((Validation, $"The domain \"{domain}\" is not available: the general model is used."));
    }

    private double? ReadMaxDelay(JsonElement config) => Clamp(config, "max_delay", RecognitionSettings.LeastMaxDelay, RecognitionSettings.GreatestMaxDelay);

    private double? Clamp(JsonElement config, string name, double least, double greatest)
    {
        if (config.Number(name) is not { } value) return null;
        var clamped = Math.Clamp(value, least, greatest);
        if (clamped != value) _warnings.Add((Validation, $"\"{name}\" is {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}, outside {least}..{greatest}: {clamped} is used."));
        return clamped;
    }

    private static HashSet<char>? ReadMarks(JsonElement config)
    {
        if (config.Member("punctuation_overrides", JsonValueKind.Object) is not { } overrides
            || overrides.Member("permitted_marks", JsonValueKind.Array) is not { } marks) return null;
        var permitted = new HashSet<char>();
        foreach (var mark in marks.EnumerateArray())
        {
            if (mark.ValueKind != JsonValueKind.String) continue;
            var text = mark.GetString()!;
            if (text == "all") return null;
            if (text.Length == 1) permitted.Add(text[0]);
        }

        return permitted;
    }

    private List<WordReplacement> ReadReplacements(JsonElement filtering)
    {
        var replacements = new List<WordReplacement>();
        if (filtering.Member("replacements", JsonValueKind.Array) is not { } list) return replacements;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || item.Text("from") is not { } from || item.Text("to") is not { } to)
                throw new ProtocolException(ErrorType.InvalidConfig, "An entry of \"replacements\" must be an object with strings \"from\" and \"to\".");
            if (replacements.Count == MaxReplacements)
            {
                _warnings.Add((Validation, $"Of \"replacements\" only the first {MaxReplacements} are used."));
                break;
            }

            if (WordReplacement.Create(from, to, out var problem) is { } replacement) replacements.Add(replacement);
            else _warnings.Add((Validation, $"The replacement of \"{(from.Length > 64 ? from[..64] : from)}\" was dropped: {problem}."));
        }

        return replacements;
    }

    private List<VocabularyEntry> ReadVocabulary(JsonElement config)
    {
        var entries = new List<VocabularyEntry>();
        if (config.Member("additional_vocab", JsonValueKind.Array) is not { } list) return entries;
        var dropped = 0;
        foreach (var item in list.EnumerateArray())
        {
            var content = item.ValueKind == JsonValueKind.String ? item.GetString() : item.ValueKind == JsonValueKind.Object ? item.Text("content") : null;
            if (content is null) throw new ProtocolException(ErrorType.InvalidConfig, "An entry of \"additional_vocab\" must be a string or an object with a string \"content\".");
            string[] sounds = item.ValueKind == JsonValueKind.Object && item.Member("sounds_like", JsonValueKind.Array) is { } array
                ? [.. array.EnumerateArray().Where(sound => sound.ValueKind == JsonValueKind.String).Select(sound => sound.GetString()!)]
                : [];
            if (entries.Count < MaxVocabularyEntries && Fits(content) && sounds.All(Fits)) entries.Add(new VocabularyEntry(content, sounds));
            else dropped++;
        }

        if (dropped > 0)
        {
            _warnings.Add((Validation,
                $"{dropped} entries of \"additional_vocab\" were dropped: at most {MaxVocabularyEntries} entries of 1 to {MaxEntryWords} words of at most {MaxWordCharacters} characters are taken."));
        }

        return entries;
    }

    private static bool Fits(string entry)
    {
        var words = entry.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length is >= 1 and <= MaxEntryWords && words.All(word => word.Length <= MaxWordCharacters);
    }
}
