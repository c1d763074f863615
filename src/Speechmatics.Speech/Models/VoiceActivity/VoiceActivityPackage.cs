namespace Speechmatics.Speech.Models;

/// <summary>The folder of a voice activity model, read and checked as far as possible without ONNX Runtime.</summary>
internal sealed record VoiceActivityPackage
{
    public required string ManifestPath { get; init; }

    public required string Name { get; init; }

    public required VoiceActivityLayout Layout { get; init; }

    public required PackageFile Network { get; init; }

    /// <summary>SHA-256 over the manifest and the file it names, as lower-case hex.</summary>
    public required string ContentHash { get; init; }

    /// <exception cref="SpeechModelException">The package cannot be used; the message names file, field and fix.</exception>
    public static VoiceActivityPackage Read(string folder, bool verifyHashes, CancellationToken ct)
    {
        var file = ManifestFile<VoiceActivityManifest>.Read(folder, VoiceActivityManifestJson.Default.VoiceActivityManifest);
        var manifest = file.Content;
        if (manifest.Type is null) throw file.Missing("type");
        if (manifest.Type != "voice-activity") throw file.Bad("type", manifest.Type, "voice-activity; load packages of other types with SpeechModel or EnhancedSpeechModel");
        var state = manifest.State ?? throw file.Missing("state");
        var layout = new VoiceActivityLayout
        {
            SampleRate = file.Positive(manifest.SampleRate, "sampleRate"),
            WindowSamples = file.Positive(manifest.WindowSamples, "windowSamples"),
            ContextSamples = file.NotNegative(manifest.ContextSamples, "contextSamples"),
            StateLayers = file.Positive(state.Layers, "state.layers"),
            StateWidth = file.Positive(state.Width, "state.width"),
        };
        if (layout.ContextSamples > layout.WindowSamples)
            throw file.Bad("contextSamples", layout.ContextSamples, $"at most {layout.WindowSamples}, the samples of a window");
        var network = file.FileOf(manifest.File, "file", manifest.Files);
        network.CheckPresence();
        ct.ThrowIfCancellationRequested();
        if (verifyHashes && network.HasHash) network.CheckHash();
        return new VoiceActivityPackage
        {
            ManifestPath = file.Path,
            Name = manifest.Name is { Length: > 0 } name ? name : throw file.Missing("name"),
            Layout = layout,
            Network = network,
            ContentHash = file.HashWith([network], ct),
        };
    }
}
