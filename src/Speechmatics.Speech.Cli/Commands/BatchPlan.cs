using System.Collections.Immutable;
using Speechmatics.Speech.Cli.Transcription;

namespace Speechmatics.Speech.Cli.Commands;

/// <summary>What there is to do in a folder of recordings. A transcript that is there and no older than its recording counts as finished: there is no other record of what was done.</summary>
internal sealed record BatchPlan
{
    private static readonly HashSet<string> Extensions = new(
        ".wav .wave .rf64 .bwf .mp3 .mp2 .m4a .m4b .aac .mp4 .m4v .mov .mkv .mka .webm .ogg .oga .opus .flac .wma .wmv .asf .aif .aiff .aifc .caf .amr .3gp .avi .mpg .mpeg .ts .au .gsm".Split(' '),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>In the order of their paths.</summary>
    public required ImmutableArray<BatchItem> Pending { get; init; }

    /// <summary>Recordings whose transcript is there.</summary>
    public required int Finished { get; init; }

    /// <summary>Files that are no recordings by their name.</summary>
    public required int OtherFiles { get; init; }

    /// <summary>Folders that could not be read, and why.</summary>
    public required ImmutableArray<(string Folder, Exception Reason)> Unreadable { get; init; }

    public static BatchPlan Make(string folder, string outputFolder, string extension, bool overwrite, int? channel)
    {
        var (recordings, unreadable) = (new List<string>(), new List<(string, Exception)>());
        var others = 0;
        Collect(new DirectoryInfo(folder), recordings, unreadable, ref others);

        var pending = ImmutableArray.CreateBuilder<BatchItem>();
        foreach (var group in recordings.GroupBy(path => Path.ChangeExtension(Path.GetRelativePath(folder, path), null), StringComparer.OrdinalIgnoreCase))
        {
            // a.wav and a.mp3 would both be a.txt
            var ambiguous = group.Skip(1).Any();
            foreach (var path in group)
            {
                var name = ambiguous ? Path.GetRelativePath(folder, path) : group.Key;
                var output = Path.Combine(outputFolder, name + extension);
                var file = new FileInfo(path);
                if (overwrite || !File.Exists(output) || File.GetLastWriteTimeUtc(output) < file.LastWriteTimeUtc)
                    pending.Add(new BatchItem(new AudioInput { Name = path, Channel = channel }, output, file.Length));
            }
        }

        return new BatchPlan { Pending = pending.ToImmutable(), Finished = recordings.Count - pending.Count, OtherFiles = others, Unreadable = [.. unreadable] };
    }

    private static void Collect(DirectoryInfo folder, List<string> recordings, List<(string, Exception)> unreadable, ref int others)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = folder.GetFileSystemInfos();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            unreadable.Add((folder.ToString(), exception));
            return;
        }

        foreach (var entry in entries.Where(e => !e.Attributes.HasFlag(FileAttributes.Hidden)).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            if (entry is DirectoryInfo below)
            {
                // a link may lead back up
                if (below.LinkTarget is null)
                    Collect(new DirectoryInfo(Path.Combine(folder.ToString(), below.Name)), recordings, unreadable, ref others);
            }
            else if (Extensions.Contains(entry.Extension))
            {
                recordings.Add(Path.Combine(folder.ToString(), entry.Name));
            }
            else
            {
                others++;
            }
        }
    }
}
