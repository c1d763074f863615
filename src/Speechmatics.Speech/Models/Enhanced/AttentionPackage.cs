using System.Collections.Immutable;

namespace Speechmatics.Speech.Models;

/// <summary>The folder of an attention model, read and checked as far as possible without ONNX Runtime.</summary>
internal sealed record AttentionPackage
{
    public required string Name { get; init; }

    public required string Language { get; init; }

    public required AttentionLayout Layout { get; init; }

    public required AttentionVocabulary Vocabulary { get; init; }

    public required PackageFile Encoder { get; init; }

    public required PackageFile Decoder { get; init; }

    /// <summary>SHA-256 over the manifest and the files it names, as lower-case hex.</summary>
    public required string ContentHash { get; init; }

    /// <exception cref="SpeechModelException">The package cannot be used; the message names file, field and fix.</exception>
    public static AttentionPackage Read(string folder, bool verifyHashes, CancellationToken ct)
    {
        var file = ManifestFile<AttentionManifest>.Read(folder, AttentionManifestJson.Default.AttentionManifest);
        var manifest = file.Content;
        if (manifest.Type is null) throw file.Missing("type");
        if (manifest.Type != "attention") throw file.Bad("type", manifest.Type, "attention; load a tdt or rnnt package with SpeechModel");
        var rate = file.Positive(manifest.SampleRate, "sampleRate");
        CheckFeatures(file, rate);
        var encoder = manifest.Encoder ?? throw file.Missing("encoder");
        var decoder = manifest.Decoder ?? throw file.Missing("decoder");
        var encoderFile = file.FileOf(encoder.File, "encoder.file", manifest.Files);
        var decoderFile = file.FileOf(decoder.File, "decoder.file", manifest.Files);
        var tokensFile = file.FileOf(manifest.Tokens, "tokens", manifest.Files);
        PackageFile[] files = [encoderFile, decoderFile, tokensFile];
        foreach (var each in files) each.CheckPresence();

        var layout = ReadLayout(file, rate, encoder, decoder);
        var vocabulary = ReadVocabulary(file, layout, tokensFile);
        foreach (var each in files.Where(f => verifyHashes && f.HasHash))
        {
            ct.ThrowIfCancellationRequested();
            each.CheckHash();
        }

        return new AttentionPackage
        {
            Name = manifest.Name is { Length: > 0 } name ? name : throw file.Missing("name"),
            Language = manifest.Language is { Length: > 0 } language ? language : throw file.Missing("language"),
            Layout = layout,
            Vocabulary = vocabulary,
            Encoder = encoderFile,
            Decoder = decoderFile,
            ContentHash = file.HashWith(files, ct),
        };
    }

    /// <summary>Only what Whisper's extractor of the features layer computes is accepted: other values would give wrong words without a word of warning.</summary>
    private static void CheckFeatures(ManifestFile<AttentionManifest> file, int rate)
    {
        if (rate != 16000) throw file.Bad("sampleRate", rate, "16000");
        var features = file.Content.Features ?? throw file.Missing("features");
        Check(features.Kind, "kind", "whisper");
        Check(features.Bins, "bins", 80);
        Check(features.HopSamples, "hopSamples", 160);
        Check(features.WindowSamples, "windowSamples", 400);
        Check(features.FftSamples, "fftSamples", 400);
        Check(features.Window, "window", "hann-periodic");
        Check(features.MelScale, "melScale", "slaney");
        Check(features.LowHz, "lowHz", 0.0);
        Check(features.HighHz, "highHz", 8000.0);
        Check(features.Log, "log", "log10");
        Check(features.Floor, "floor", 1e-10);
        Check(features.DynamicRange, "dynamicRange", 8.0);
        Check(features.Offset, "offset", 4.0);
        Check(features.Divisor, "divisor", 4.0);
        Check(features.Padding, "padding", "reflect");

        void Check<T>(T? value, string field, T expected)
        {
            if (value is null) throw file.Missing($"features.{field}");
            if (!value.Equals(expected)) throw file.Bad($"features.{field}", value, $"{expected}, the only value this library computes");
        }
    }

    private static AttentionLayout ReadLayout(ManifestFile<AttentionManifest> file, int rate, AttentionEncoderManifest encoder, AttentionDecoderManifest decoder)
    {
        var hop = file.Content.Features!.HopSamples!.Value;
        var framesPerSecond = file.Positive(encoder.FramesPerSecond, "encoder.framesPerSecond");
        if (rate / hop % framesPerSecond != 0) throw file.Bad("encoder.framesPerSecond", framesPerSecond, $"a divisor of {rate / hop}, the mel frames of a second");
        var maxSeconds = file.Positive(encoder.MaxSeconds, "encoder.maxSeconds");
        if (maxSeconds != UtterancePadding.MaxSeconds) throw file.Bad("encoder.maxSeconds", maxSeconds, $"{UtterancePadding.MaxSeconds}, the length utterances are cut to");
        return new AttentionLayout
        {
            SampleRate = rate,
            MelBins = file.Content.Features.Bins!.Value,
            HopSamples = hop,
            MaxSeconds = maxSeconds,
            MelFramesPerEncoderFrame = rate / hop / framesPerSecond,
            Layers = file.Positive(decoder.Layers, "decoder.layers"),
            Heads = file.Positive(decoder.Heads, "decoder.heads"),
            Width = file.Positive(decoder.Width, "decoder.width"),
            ContextTokens = file.Positive(decoder.ContextTokens, "decoder.contextTokens"),
            AlignmentHeads = file.Positive(decoder.AlignmentHeads, "decoder.alignmentHeads"),
            Vocabulary = file.Positive(file.Content.Vocabulary, "vocabulary"),
        };
    }

    private static AttentionVocabulary ReadVocabulary(ManifestFile<AttentionManifest> file, AttentionLayout layout, PackageFile tokensFile)
    {
        var tokens = ByteTokenFile.Read(tokensFile.Path);
        if (tokens.Count > layout.Vocabulary)
            throw file.Bad("vocabulary", layout.Vocabulary, $"at least {tokens.Count}, the tokens of {tokensFile.Name}");
        var prompt = Ids(file.Content.Prompt, "prompt");
        if (prompt.Length == 0) throw file.Bad("prompt", "empty", "one or more token ids");
        if (prompt.Length >= layout.ContextTokens) throw file.Bad("decoder.contextTokens", layout.ContextTokens, $"more than the {prompt.Length} tokens of the prompt");
        var endOfText = Id(file.Content.EndOfText, "endOfText");
        if (endOfText > tokens.Count) throw file.Bad("endOfText", endOfText, $"at most {tokens.Count}: every token below it is text and needs its bytes in {tokensFile.Name}");
        var suppress = Ids(file.Content.Suppress, "suppress");
        if (suppress.Contains(endOfText)) throw file.Bad("suppress", endOfText, "without endOfText, or no text would end");
        return new AttentionVocabulary(tokens)
        {
            Prompt = prompt,
            EndOfText = endOfText,
            NoSpeech = Id(file.Content.NoSpeech, "noSpeech"),
            Suppress = [.. suppress.Order()],
            SuppressFirst = [.. Ids(file.Content.SuppressFirst, "suppressFirst").Order()],
        };

        int Id(int? value, string field) => value switch
        {
            null => throw file.Missing(field),
            < 0 => throw file.Bad(field, value, $"a token id, 0 to {layout.Vocabulary - 1}"),
            _ when value >= layout.Vocabulary => throw file.Bad(field, value, $"a token id, 0 to {layout.Vocabulary - 1} (vocabulary is {layout.Vocabulary})"),
            _ => value.Value,
        };

        ImmutableArray<int> Ids(int[]? values, string field) => [.. (values ?? throw file.Missing(field)).Select((id, i) => Id(id, $"{field}[{i}]"))];
    }
}
