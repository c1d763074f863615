using System.Text.Json;
using System.Text.Json.Serialization;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>
/// One line of a manifest or of a file of hypotheses: JSON with <c>audio</c> and <c>text</c>, and in a manifest optionally <c>seconds</c> and <c>set</c>. Blank lines
/// and other members are passed over.
/// </summary>
internal sealed record ManifestEntry
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.Strict };

    /// <summary>The recording, relative to the folder of recordings.</summary>
    public required string Audio { get; init; }

    public required string Text { get; init; }

    public double? Seconds { get; init; }

    /// <summary>The test set it belongs to.</summary>
    public string? Set { get; init; }

    /// <exception cref="InvalidDataException">A line is no such JSON, or names a recording a second time; the message names the line.</exception>
    public static List<ManifestEntry> ReadAll(string path)
    {
        var entries = new List<ManifestEntry>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            ManifestEntry entry;
            try
            {
                entry = JsonSerializer.Deserialize<ManifestEntry>(line, Options) ?? throw new JsonException("null");
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException($"{path} line {number}: a JSON object with \"audio\" and \"text\" is expected ({exception.Message})", exception);
            }

            if (entry.Audio is null || entry.Text is null)
                throw new InvalidDataException($"{path} line {number}: \"audio\" and \"text\" must be texts, not null");
            if (!seen.Add(entry.Audio))
                throw new InvalidDataException($"{path} line {number}: {entry.Audio} is named a second time");
            entries.Add(entry);
        }

        if (entries.Count == 0)
            throw new InvalidDataException($"{path}: no line names a recording");
        return entries;
    }
}
