using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

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

    public required string ContentHash { get; init; }

    /// <exception cref="SpeechModelException">The package cannot be used; the message names file, field and fix.</exception>
    public static ModelPackage Read(string folder, bool verifyHashes, CancellationToken ct)
    {
        folder = Path.GetFullPath(folder);
        if (File.Exists(folder))
            throw new SpeechModelException($"{folder} is a file; give the folder that holds {ManifestName}.", folder);
        if (!Directory.Exists(folder))
            throw new SpeechModelException($"{folder} does not exist; give the folder that holds {ManifestName}.", folder);
        var manifestPath = Path.Combine(folder, ManifestName);
        if (!File.Exists(manifestPath))
            throw new SpeechModelException($"{manifestPath} is missing; give the folder that holds {ManifestName}, complete.", manifestPath);

        var bytes = File.ReadAllBytes(manifestPath);
        var manifest = Parse(bytes, manifestPath);
        return new Reader(folder, manifestPath, manifest).Read(bytes, verifyHashes, ct);
    }

    private static ModelManifest Parse(byte[] bytes, string path)
    {
        try
        {
            // a version this library does not know may have any other fields, so look at it before them
            using (var document = JsonDocument.Parse(bytes))
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("version", out var version)
                    && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number is >= 1 and <= NewestVersion))
                    throw new SpeechModelException($"{path}: version is {version.GetRawText()}, but this library reads versions 1 to {NewestVersion}. Update the library, or take a package made for it.", path);
            }

            return JsonSerializer.Deserialize(bytes, ManifestJson.Default.ModelManifest)
                ?? throw new SpeechModelException($"{path} holds null, not a manifest. Copy the whole model folder again.", path);
        }
        catch (JsonException e)
        {
            throw new SpeechModelException($"{path} cannot be read: {e.Message} Correct the file or copy the whole model folder again.", path, e);
        }
    }

    private sealed class Reader(string folder, string manifestPath, ModelManifest manifest)
    {
        public ModelPackage Read(byte[] manifestBytes, bool verifyHashes, CancellationToken ct)
        {
            var rate = Positive(manifest.SampleRate, "sampleRate");
            var features = manifest.Features ?? throw Missing("features");
            Positive(features.Bins, "features.bins");
            Positive(features.HopSamples, "features.hopSamples");
            if (!(features.LogGuard > 0))
                throw Bad("features.logGuard", features.LogGuard, "a positive number");

            var tokensFile = FileOf(manifest.Tokens, "tokens");
            var encoderFile = FileOf((manifest.Encoder ?? throw Missing("encoder")).File, "encoder.file");
            var predictorFile = FileOf((manifest.Predictor ?? throw Missing("predictor")).File, "predictor.file");
            var joiners = ReadJoiners();
            PackageFile[] files = [encoderFile, predictorFile, .. joiners.OrderBy(j => j.Key).Select(j => j.Value), tokensFile];
            foreach (var file in files)
                file.CheckPresence();
            foreach (var file in files.Where(f => verifyHashes && f.HasHash))
            {
                ct.ThrowIfCancellationRequested();
                file.CheckHash();
            }

            return new ModelPackage
            {
                ManifestPath = manifestPath,
                Name = manifest.Name is { Length: > 0 } name ? name : throw Missing("name"),
                Language = manifest.Language is { Length: > 0 } language ? language : throw Missing("language"),
                Features = features,
                Layout = ReadLayout(manifest.Encoder, features, rate),
                Vocabulary = ReadVocabulary(tokensFile, joiners.ContainsKey(TransducerHead.Tdt)),
                Encoder = encoderFile,
                Predictor = predictorFile,
                Joiners = joiners,
                ContentHash = HashContent(manifestBytes, files, ct),
            };
        }

        private ImmutableDictionary<TransducerHead, PackageFile> ReadJoiners()
        {
            var joiner = manifest.Joiner ?? throw Missing("joiner");
            var first = manifest.Type switch
            {
                "tdt" => TransducerHead.Tdt,
                "rnnt" => TransducerHead.Rnnt,
                null => throw Missing("type"),
                _ => throw Bad("type", manifest.Type, "tdt or rnnt"),
            };
            var heads = ImmutableDictionary.CreateBuilder<TransducerHead, PackageFile>();
            heads[first] = FileOf(joiner.File, "joiner.file");
            if (joiner.RnntFile is not null && first == TransducerHead.Tdt)
                heads[TransducerHead.Rnnt] = FileOf(joiner.RnntFile, "joiner.rnntFile");
            return heads.ToImmutable();
        }

        private EncoderLayout ReadLayout(EncoderManifest encoder, FeatureManifest features, int rate)
        {
            var chunks = encoder.ChunkEncoderFrames ?? throw Missing("encoder.chunkEncoderFrames");
            if (chunks.Length == 0 || chunks.Min() < 1 || chunks.Distinct().Count() != chunks.Length)
                throw Bad("encoder.chunkEncoderFrames", $"[{string.Join(", ", chunks)}]", "one or more different positive numbers");
            var defaultChunk = encoder.DefaultChunkEncoderFrames ?? chunks.Min();
            if (!chunks.Contains(defaultChunk))
                throw Bad("encoder.defaultChunkEncoderFrames", defaultChunk, "one of encoder.chunkEncoderFrames");

            var layout = new EncoderLayout
            {
                SampleRate = rate,
                MelBins = features.Bins,
                HopSamples = features.HopSamples,
                MelFramesPerEncoderFrame = Positive(encoder.MelFramesPerEncoderFrame, "encoder.melFramesPerEncoderFrame"),
                MelFramesBefore = NotNegative(encoder.MelFramesBefore, "encoder.melFramesBefore"),
                MelFramesAfter = NotNegative(encoder.MelFramesAfter, "encoder.melFramesAfter"),
                SilenceMel = (float)Math.Log(features.LogGuard),
                ChunkFrames = [.. chunks.Order()],
                DefaultChunkFrames = defaultChunk,
                OutputWidth = Positive(encoder.OutputWidth, "encoder.outputWidth"),
                States = ReadStates(encoder),
            };
            if (encoder.FrameMilliseconds is { } ms && Math.Abs(ms - (layout.SecondsPerEncoderFrame * 1000)) > 1e-6)
                throw Bad("encoder.frameMilliseconds", ms, "melFramesPerEncoderFrame * hopSamples / sampleRate in milliseconds");
            return layout;
        }

        private ImmutableArray<StateTensor> ReadStates(EncoderManifest encoder)
        {
            var layers = encoder.States ?? throw Missing("encoder.states");
            if (layers.Length == 0)
                throw Bad("encoder.states", "empty", "one entry for each layer");
            var states = ImmutableArray.CreateBuilder<StateTensor>(layers.Length * 2);
            for (var i = 0; i < layers.Length; i++)
            {
                var field = $"encoder.states[{i}]";
                var layer = layers[i] ?? throw Missing(field);
                foreach (var (name, part) in new[] { (layer.Key, "key"), (layer.Value, "value") })
                {
                    if (string.IsNullOrEmpty(name))
                        throw Missing($"{field}.{part}");
                    if (states.Any(s => s.InputName == name))
                        throw Bad($"{field}.{part}", name, "a name that no other state has");
                    states.Add(new StateTensor(
                        name,
                        "new_" + name,
                        Positive(layer.Heads, $"{field}.heads"),
                        Positive(layer.RingFrames, $"{field}.ringFrames"),
                        Positive(layer.Width, $"{field}.width"),
                        Positive(layer.FramesPerEncoderFrame, $"{field}.framesPerEncoderFrame")));
                }
            }

            return states.ToImmutable();
        }

        private TransducerVocabulary ReadVocabulary(PackageFile tokensFile, bool needsDurations)
        {
            var pieces = TokenFile.Read(tokensFile.Path);
            var blank = manifest.Blank ?? throw Missing("blank");
            if (blank < 0 || blank >= pieces.Length)
                throw Bad("blank", blank, $"a token of {tokensFile.Name}, 0 to {pieces.Length - 1}");
            var durations = manifest.Durations ?? [];
            if (needsDurations && (durations.Length == 0 || durations.Min() < 0 || durations.Max() < 1))
                throw Bad("durations", $"[{string.Join(", ", durations)}]", "for each duration logit its encoder frames, none negative and one at least 1");
            return new TransducerVocabulary
            {
                Pieces = pieces,
                BlankId = blank,
                ContextTokens = Positive(manifest.Predictor!.ContextTokens, "predictor.contextTokens"),
                Durations = [.. durations],
                MaxSymbolsPerFrame = Positive(manifest.MaxSymbolsPerFrame, "maxSymbolsPerFrame"),
            };
        }

        /// <summary>Over the manifest and, for each file in a fixed order, name and hash. A declared hash stands for the content, so that the result is the same with and without verification.</summary>
        private static string HashContent(byte[] manifestBytes, PackageFile[] files, CancellationToken ct)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(manifestBytes);
            foreach (var file in files)
            {
                ct.ThrowIfCancellationRequested();
                hash.AppendData(Encoding.UTF8.GetBytes($"\n{file.Name} {(file.Declared?.Sha256 ?? file.ComputeHash()).ToLowerInvariant()}"));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        private PackageFile FileOf(string? name, string field)
        {
            if (string.IsNullOrEmpty(name))
                throw Missing(field);
            if (name is "." or ".." || name.AsSpan().ContainsAny("/\\:"))
                throw Bad(field, name, "the plain name of a file in the same folder");
            return new PackageFile(name, Path.Combine(folder, name), manifest.Files?.GetValueOrDefault(name));
        }

        private int Positive(int? value, string field) => value switch
        {
            null => throw Missing(field),
            < 1 => throw Bad(field, value, "at least 1"),
            _ => value.Value,
        };

        private int NotNegative(int? value, string field) => value switch
        {
            null => throw Missing(field),
            < 0 => throw Bad(field, value, "at least 0"),
            _ => value.Value,
        };

        private SpeechModelException Missing(string field) =>
            new($"{manifestPath}: {field} is missing. Copy the whole model folder again, or add the field.", manifestPath);

        private SpeechModelException Bad(string field, object? value, string expected) =>
            new(string.Create(CultureInfo.InvariantCulture, $"{manifestPath}: {field} is {value}, but must be {expected}. Copy the whole model folder again, or correct the field."), manifestPath);
    }
}
