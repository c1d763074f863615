using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Speechmatics.Speech.Models;

/// <summary>A package's <c>model.json</c>: its content as written, and the errors that name it.</summary>
internal sealed class ManifestFile<T>
    where T : class
{
    private readonly byte[] _bytes;
    private readonly string _folder;
    private ManifestFile(string folder, string path, byte[] bytes, T content) => (_folder, Path, _bytes, Content) = (folder, path, bytes, content);

    public T Content { get; }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <exception cref="SpeechModelException">The folder or the manifest is missing, the manifest is no JSON or of an unknown version.</exception>
    public static ManifestFile<T> Read(string folder, JsonTypeInfo<T> type)
    {
        folder = System.IO.Path.GetFullPath(folder);
        if (File.Exists(folder))
            throw new SpeechModelException($"{folder} is a file; give the folder that holds {ModelPackage.ManifestName}.", folder);
        if (!Directory.Exists(folder))
            throw new SpeechModelException($"{folder} does not exist; give the folder that holds {ModelPackage.ManifestName}.", folder);
        var path = System.IO.Path.Combine(folder, ModelPackage.ManifestName);
        if (!File.Exists(path))
            throw new SpeechModelException($"{path} is missing; give the folder that holds {ModelPackage.ManifestName}, complete.", path);
        var bytes = File.ReadAllBytes(path);
        try
        {
            CheckVersion(bytes, path);
            var content = JsonSerializer.Deserialize(bytes, type)
                ?? throw new SpeechModelException($"{path} holds null, not a manifest. Copy the whole model folder again.", path);
            return new(folder, path, bytes, content);
        }
        catch (JsonException e)
        {
            throw new SpeechModelException($"{path} cannot be read: {e.Message} Correct the file or copy the whole model folder again.", path, e);
        }
    }

    /// <summary>The file that a field names, in the package's folder.</summary>
    public PackageFile FileOf(string? name, string field, Dictionary<string, FileManifest>? declared)
    {
        if (string.IsNullOrEmpty(name)) throw Missing(field);
        if (name is "." or ".." || name.AsSpan().ContainsAny("/\\:")) throw Bad(field, name, "the plain name of a file in the same folder");
        return new PackageFile(name, System.IO.Path.Combine(_folder, name), declared?.GetValueOrDefault(name));
    }

    public int Positive(int? value, string field) => value switch
    {
        null => throw Missing(field),
        < 1 => throw Bad(field, value, "at least 1"),
        _ => value.Value,
    };

    public int NotNegative(int? value, string field) => value switch
    {
        null => throw Missing(field),
        < 0 => throw Bad(field, value, "at least 0"),
        _ => value.Value,
    };

    public SpeechModelException Missing(string field) =>
        new($"{Path}: {field} is missing. Copy the whole model folder again, or add the field.", Path);

    public SpeechModelException Bad(string field, object? value, string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Path}: {field} is {value}, but must be {expected}. Copy the whole model folder again, or correct the field."), Path);

    /// <summary>Over the manifest and, for each file in a fixed order, name and hash. A declared hash stands for the content, so that the result is the same with and without verification.</summary>
    public string HashWith(IEnumerable<PackageFile> files, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_bytes);
        foreach (var file in files)
        {
            ct.ThrowIfCancellationRequested();
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{file.Name} {(file.Declared?.Sha256 ?? file.ComputeHash()).ToLowerInvariant()}"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void CheckVersion(byte[] bytes, string path)
    {
        using var document = JsonDocument.Parse(bytes);
        if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("version", out var version)
            && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number is >= 1 and <= ModelPackage.NewestVersion))
            throw new SpeechModelException($"{path}: version is {version.GetRawText()}, but this library reads versions 1 to {ModelPackage.NewestVersion}. Update the library, or take a package made for it.", path);
    }
}
