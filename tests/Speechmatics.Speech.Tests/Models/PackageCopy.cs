using System.Text.Json.Nodes;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

/// <summary>A copy of the default package in a temporary folder, to break.</summary>
internal sealed class PackageCopy : IDisposable
{
    private static readonly string Source = Repository.EnglishModel;

    public PackageCopy()
    {
        Folder = Directory.CreateTempSubdirectory("speech-package-").FullName;
        foreach (var file in Directory.GetFiles(Source))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
    }

    public string Folder { get; }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public Task<SpeechModel> LoadAsync(SpeechModelOptions? options = null) => SpeechModel.LoadAsync(Folder, options);

    /// <summary>Changes the manifest.</summary>
    public PackageCopy Manifest(Action<JsonObject> change)
    {
        var path = PathOf(ModelPackage.ManifestName);
        var root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(root);
        File.WriteAllText(path, root.ToJsonString());
        return this;
    }

    /// <summary>Takes sizes and hashes out of the manifest, so that the check behind them is reached.</summary>
    public PackageCopy WithoutHashes() => Manifest(m => m.Remove("files"));

    public PackageCopy Truncate(string name)
    {
        using var stream = File.OpenWrite(PathOf(name));
        stream.SetLength(stream.Length / 2);
        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
