using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Cli.Transcription;

/// <summary>Audio named on the command line: a file, or standard input.</summary>
internal sealed record AudioInput
{
    public const string StandardInputName = "-";

    /// <summary>As the user wrote it, for messages and results.</summary>
    public required string Name { get; init; }

    /// <summary>Null for a file, whose path is <see cref="Name"/>. The transcriber does not close it.</summary>
    public Stream? Samples { get; init; }

    /// <summary>Of <see cref="Samples"/>, in Hz; a file says its own.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>Of <see cref="Samples"/>; a file says its own.</summary>
    public AudioEncoding Encoding { get; init; } = AudioEncoding.Pcm16;

    /// <summary>Whether <see cref="Samples"/> may begin with a WAV header, which then says rate and encoding.</summary>
    public bool MayBeWave { get; init; }

    /// <summary>The channel to recognise, from 1; null mixes all into one.</summary>
    public int? Channel { get; init; }

    /// <summary>What results are called after: the file's name without folder and extension.</summary>
    public string BaseName => Name == StandardInputName ? "stdin" : Path.GetFileNameWithoutExtension(Name);
}
