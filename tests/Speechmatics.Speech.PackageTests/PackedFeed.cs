using System.Xml.Linq;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)] // each test keeps the machine busy by itself
[assembly: AssemblyFixture(typeof(Speechmatics.Speech.PackageTests.PackedFeed))]

namespace Speechmatics.Speech.PackageTests;

/// <summary>
/// This checkout's packages in a folder feed, packed once from the build that is being tested, under a version that never existed before; and a place
/// outside the checkout for the projects that use them.
/// </summary>
public sealed class PackedFeed : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("speech-packages-").FullName;

    /// <summary>The version of every package in <see cref="Folder"/>.</summary>
    public string Version { get; } = $"0.0.0-test.{Guid.NewGuid():N}";

    /// <summary>The folder feed.</summary>
    public string Folder => Path.Combine(_root, "feed");

    /// <summary>Where restored packages are unpacked: empty at the start, so that no earlier package can be mistaken for ours.</summary>
    internal string Packages => Path.Combine(_root, "packages");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder);
        var machine = await MachinePackagesAsync();
        // Sources are the machine's own and the feed; third-party packages come from the machine's cache when it has them.
        new XElement("configuration",
            new XElement("packageSources", new XElement("add", new XAttribute("key", "packed"), new XAttribute("value", Folder))),
            new XElement("fallbackPackageFolders", new XElement("clear"), new XElement("add", new XAttribute("key", "machine"), new XAttribute("value", machine))))
            .Save(Path.Combine(_root, "nuget.config"));
        // Cuts the projects below off from whatever lies above the temporary folder.
        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            await File.WriteAllTextAsync(Path.Combine(_root, name), "<Project />");

        await Command.RunAsync(BuiltWith.Root, packages: null, "dotnet",
            "pack", "Speechmatics.Speech.sln", "-c", BuiltWith.Configuration, "--no-build", "-o", Folder, $"-p:PackageVersion={Version}", "-tl:off");
    }

    /// <summary>Deletes everything.</summary>
    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes a folder for a project, with its files.</summary>
    internal string Create(string name, params (string File, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        foreach (var (file, text) in files) File.WriteAllText(Path.Combine(folder, file), text);
        return folder;
    }

    /// <summary>Runs the dotnet command with a package cache of its own.</summary>
    internal Task<string> DotnetAsync(string folder, params string[] arguments) => Command.RunAsync(folder, Packages, "dotnet", arguments);

    /// <summary>Runs a program that a test has built.</summary>
    internal Task<string> RunAsync(string folder, string program, params string[] arguments) => Command.RunAsync(folder, Packages, program, arguments);

    private static async Task<string> MachinePackagesAsync()
    {
        // "global-packages: /home/someone/.nuget/packages/"
        var listed = await Command.RunAsync(BuiltWith.Root, packages: null, "dotnet", "nuget", "locals", "global-packages", "--list");
        return listed[(listed.IndexOf(": ", StringComparison.Ordinal) + 2)..].Trim();
    }
}
