using System.Text.Json;
using System.Text.Json.Nodes;

namespace Speechmatics.Speech.Models;

/// <summary>
/// Writes the manifest's <c>files</c> section: for each file that the manifest names, <c>bytes</c> and <c>sha256</c> as they are now. For who makes or changes a package; loading compares.
/// </summary>
internal static class PackageHashes
{
    /// <summary>Rewrites <c>model.json</c> in <paramref name="folder"/>; all other fields stay as they are.</summary>
    /// <exception cref="SpeechModelException">A file that the manifest names is missing.</exception>
    public static void Write(string folder)
    {
        var manifestPath = Path.Combine(folder, ModelPackage.ManifestName);
        var root = JsonNode.Parse(File.ReadAllBytes(manifestPath))!.AsObject();
        var files = new JsonObject();
        foreach (var node in new[] { root["encoder"]?["file"], root["predictor"]?["file"], root["joiner"]?["file"], root["joiner"]?["rnntFile"], root["tokens"], root["languageModel"] })
        {
            if ((string?)node is not { } name)
                continue;
            var file = new PackageFile(name, Path.Combine(folder, name), null);
            file.CheckPresence();
            files[name] = new JsonObject { ["bytes"] = new FileInfo(file.Path).Length, ["sha256"] = file.ComputeHash() };
        }

        root["files"] = files;
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            root.WriteTo(writer);
        stream.WriteByte((byte)'\n');
        File.WriteAllBytes(manifestPath, stream.ToArray());
    }
}
