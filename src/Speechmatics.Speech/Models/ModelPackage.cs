using System.Collections.Immutable;

namespace Speechmatics.Speech.Models;

/// <summary>A model folder, read and checked as far as possible without ONNX Runtime: everything the other layers need to know of it is derived here from <c>model.json</c>.</summary>
internal sealed record ModelPackage
{
    public const string ManifestName = "model.json";

    /// <summary>The newest manifest format this library reads.</summary>
    public const int NewestVersion = 1;

    public required string ManifestPath { get; init; }

    public required string Name { get; init; }

    public required string Language { get; init; }

    public required FeatureManifest Features { get; init; }

    public required EncoderLayout Layout { get; init; }

    public required TransducerVocabulary Vocabulary { get; init; }

    public required PackageFile Encoder { get; init; }

    public required PackageFile Predictor { get; init; }

    /// <summary>The joiner of each head the package has.</summary>
    public required ImmutableDictionary<TransducerHead, PackageFile> Joiners { get; init; }

    /// <summary>The language model that comes with the package, or null.</summary>
    public required PackageFile? LanguageModel { get; init; }

    public required string ContentHash { get; init; }

    /// <exception cref="SpeechModelException">The package cannot be used; the message names file, field and fix.</exception>
    public static ModelPackage Read(string folder, bool verifyHashes, CancellationToken ct)
    {
        var file = ManifestFile<ModelManifest>.Read(folder, ManifestJson.Default.ModelManifest);
        return new Reader(file).Read(verifyHashes, ct);
    }

    private sealed class Reader(ManifestFile<ModelManifest> source)
    {
        private readonly ModelManifest _manifest = source.Content;

        public ModelPackage Read(bool verifyHashes, CancellationToken ct)
        {
            var rate = source.Positive(_manifest.SampleRate, "sampleRate");
            var features = _manifest.Features ?? throw source.Missing("features");
            source.Positive(features.Bins, "features.bins");
            source.Positive(features.HopSamples, "features.hopSamples");
            if (!(features.LogGuard > 0))
                throw source.Bad("features.logGuard", features.LogGuard, "a positive number");

            var tokensFile = source.FileOf(_manifest.Tokens, "tokens", _manifest.Files);
            var encoderFile = source.FileOf((_manifest.Encoder ?? throw source.Missing("encoder")).File, "encoder.file", _manifest.Files);
            var predictorFile = source.FileOf((_manifest.Predictor ?? throw source.Missing("predictor")).File, "predictor.file", _manifest.Files);
            var joiners = ReadJoiners();
            var languageModel = _manifest.LanguageModel is { } own ? source.FileOf(own, "languageModel", _manifest.Files) : null;
            PackageFile[] files = [encoderFile, predictorFile, .. joiners.OrderBy(j => j.Key).Select(j => j.Value), tokensFile, .. languageModel is null ? Array.Empty<PackageFile>() : [languageModel]];
            foreach (var file in files)
                file.CheckPresence();
            foreach (var file in files.Where(f => verifyHashes && f.HasHash))
            {
                ct.ThrowIfCancellationRequested();
                file.CheckHash();
            }

            return new ModelPackage
            {
                ManifestPath = source.Path,
                Name = _manifest.Name is { Length: > 0 } name ? name : throw source.Missing("name"),
                Language = _manifest.Language is { Length: > 0 } tag ? tag : throw source.Missing("language"),
                Features = features,
                Layout = ReadLayout(_manifest.Encoder, features, rate),
                Vocabulary = ReadVocabulary(tokensFile, joiners.ContainsKey(TransducerHead.Tdt)),
                Encoder = encoderFile,
                Predictor = predictorFile,
                Joiners = joiners,
                LanguageModel = languageModel,
                ContentHash = source.HashWith(files, ct),
            };
        }

        private ImmutableDictionary<TransducerHead, PackageFile> ReadJoiners()
        {
            var joiner = _manifest.Joiner ?? throw source.Missing("joiner");
            var first = _manifest.Type switch
            {
                "tdt" => TransducerHead.Tdt,
                "rnnt" => TransducerHead.Rnnt,
                null => throw source.Missing("type"),
                _ => throw source.Bad("type", _manifest.Type, "tdt or rnnt"),
            };
            var heads = ImmutableDictionary.CreateBuilder<TransducerHead, PackageFile>();
            heads[first] = source.FileOf(joiner.File, "joiner.file", _manifest.Files);
            if (joiner.RnntFile is not null && first == TransducerHead.Tdt)
                heads[TransducerHead.Rnnt] = source.FileOf(joiner.RnntFile, "joiner.rnntFile", _manifest.Files);
            return heads.ToImmutable();
        }

        private EncoderLayout ReadLayout(EncoderManifest encoder, FeatureManifest features, int rate)
        {
            var chunks = encoder.ChunkEncoderFrames ?? throw source.Missing("encoder.chunkEncoderFrames");
            if (chunks.Length == 0 || chunks.Min() < 1 || chunks.Distinct().Count() != chunks.Length)
                throw source.Bad("encoder.chunkEncoderFrames", $"[{string.Join(", ", chunks)}]", "one or more different positive numbers");
            var defaultChunk = encoder.DefaultChunkEncoderFrames ?? chunks.Min();
            if (!chunks.Contains(defaultChunk))
                throw source.Bad("encoder.defaultChunkEncoderFrames", defaultChunk, "one of encoder.chunkEncoderFrames");

            var layout = new EncoderLayout
            {
                SampleRate = rate,
                MelBins = features.Bins,
                HopSamples = features.HopSamples,
                MelFramesPerEncoderFrame = source.Positive(encoder.MelFramesPerEncoderFrame, "encoder.melFramesPerEncoderFrame"),
                MelFramesBefore = source.NotNegative(encoder.MelFramesBefore, "encoder.melFramesBefore"),
                MelFramesAfter = source.NotNegative(encoder.MelFramesAfter, "encoder.melFramesAfter"),
                SilenceMel = (float)Math.Log(features.LogGuard),
                ChunkFrames = [.. chunks.Order()],
                DefaultChunkFrames = defaultChunk,
                OutputWidth = source.Positive(encoder.OutputWidth, "encoder.outputWidth"),
                States = ReadStates(encoder),
            };
            if (encoder.FrameMilliseconds is { } ms && Math.Abs(ms - (layout.SecondsPerEncoderFrame * 1000)) > 1e-6)
                throw source.Bad("encoder.frameMilliseconds", ms, "melFramesPerEncoderFrame * hopSamples / sampleRate in milliseconds");
            return layout;
        }

        private ImmutableArray<StateTensor> ReadStates(EncoderManifest encoder)
        {
            var layers = encoder.States ?? throw source.Missing("encoder.states");
            if (layers.Length == 0)
                throw source.Bad("encoder.states", "empty", "one entry for each layer");
            var states = ImmutableArray.CreateBuilder<StateTensor>(layers.Length * 2);
            for (var i = 0; i < layers.Length; i++)
            {
                var field = $"encoder.states[{i}]";
                var layer = layers[i] ?? throw source.Missing(field);
                foreach (var (name, part) in new[] { (layer.Key, "key"), (layer.Value, "value") })
                {
                    if (string.IsNullOrEmpty(name))
                        throw source.Missing($"{field}.{part}");
                    if (states.Any(s => s.InputName == name))
                        throw source.Bad($"{field}.{part}", name, "a name that no other state has");
                    states.Add(new StateTensor(
                        name,
                        "new_" + name,
                        source.Positive(layer.Heads, $"{field}.heads"),
                        source.Positive(layer.RingFrames, $"{field}.ringFrames"),
                        source.Positive(layer.Width, $"{field}.width"),
                        source.Positive(layer.FramesPerEncoderFrame, $"{field}.framesPerEncoderFrame")));
                }
            }

            return states.ToImmutable();
        }

        private TransducerVocabulary ReadVocabulary(PackageFile tokensFile, bool needsDurations)
        {
            var pieces = TokenFile.Read(tokensFile.Path);
            var blank = _manifest.Blank ?? throw source.Missing("blank");
            if (blank < 0 || blank >= pieces.Length)
                throw source.Bad("blank", blank, $"a token of {tokensFile.Name}, 0 to {pieces.Length - 1}");
            var durations = _manifest.Durations ?? [];
            if (needsDurations && (durations.Length == 0 || durations.Min() < 0 || durations.Max() < 1))
                throw source.Bad("durations", $"[{string.Join(", ", durations)}]", "for each duration logit its encoder frames, none negative and one at least 1");
            return new TransducerVocabulary
            {
                Pieces = pieces,
                BlankId = blank,
                ContextTokens = source.Positive(_manifest.Predictor!.ContextTokens, "predictor.contextTokens"),
                Durations = [.. durations],
                MaxSymbolsPerFrame = source.Positive(_manifest.MaxSymbolsPerFrame, "maxSymbolsPerFrame"),
            };
        }
    }
}
