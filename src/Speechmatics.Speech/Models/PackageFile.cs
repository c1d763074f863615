using System.Security.Cryptography;

namespace Speechmatics.Speech.Models;

/// <summary>One file of a model package: where it lies and what the manifest says of it.</summary>
internal sealed record PackageFile(string Name, string Path, FileManifest? Declared)
{
    /// <summary>Whether the manifest gives the file's hash.</summary>
    public bool HasHash => Declared?.Sha256 is not null;

    /// <summary>Throws when the file is missing or has another size than the manifest says.</summary>
    public void CheckPresence()
    {
        if (!File.Exists(Path)) throw Missing();
        var length = Length();
        if (Declared?.Bytes is { } bytes && length != bytes)
            throw new SpeechModelException($"{Path} has {length} bytes, but {ModelPackage.ManifestName} (files.{Name}.bytes) says {bytes}: it is truncated or from another package. "
                + "Copy the whole model folder again.", Path);
    }

    /// <summary>The SHA-256 of the content as lower-case hex.</summary>
    public string ComputeHash()
    {
        using var stream = File.OpenRead(Path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Throws when the content's hash is not the one that the manifest gives.</summary>
    public void CheckHash()
    {
        var actual = ComputeHash();
        if (!string.Equals(actual, Declared!.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new SpeechModelException($"{Path} has the SHA-256 {actual}, but {ModelPackage.ManifestName} (files.{Name}.sha256) says {Declared.Sha256}: it was changed or damaged. "
                + "Copy the whole model folder again.", Path);
    }

    /// <summary>Of what a link leads to, not of the link itself: model caches and mounted volumes are full of links.</summary>
    private long Length()
    {
        try
        {
            using var file = File.OpenHandle(Path);
            return RandomAccess.GetLength(file);
        }
        catch (FileNotFoundException)
        {
            throw Missing();
        }
    }

    private SpeechModelException Missing() =>
        new($"{Path} is missing, though {ModelPackage.ManifestName} names it. Copy the whole model folder again.", Path);
}
