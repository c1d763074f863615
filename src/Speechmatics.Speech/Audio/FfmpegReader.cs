using System.ComponentModel;
using System.Diagnostics;

namespace Speechmatics.Speech.Audio;

/// <summary>
/// Reads a file through an ffmpeg process that writes it to its standard output as WAV with 32-bit floats, at the file's own rate and
/// channels. Waits for ffmpeg, and ffmpeg for the reader, so memory stays constant. The process ends with the reader, or when a read is
/// cancelled.
/// </summary>
internal sealed class FfmpegReader : AudioReader
{
    private readonly string _path;
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly SampleStreamReader _samples;
    private bool _ended;
    private bool _disposed;
    private string? _notice;

    private FfmpegReader(string path, Process process, Task<string> errors, SampleStreamReader samples)
    {
        _path = path;
        _process = process;
        _errors = errors;
        _samples = samples;
    }

    public override int SampleRate => _samples.SampleRate;

    public override string? Notice => _notice;

    internal int ProcessId => _process.Id;

    /// <exception cref="AudioFormatException">ffmpeg is missing, or can make no audio of the file.</exception>
    public static async ValueTask<AudioReader> OpenAsync(
        string path, ChannelSelection channels, string executable = "ffmpeg", CancellationToken cancellationToken = default)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        var process = Start(path, executable);
        var errors = ReadLastLinesAsync(process.StandardError);
        var output = process.StandardOutput.BaseStream;
        using var registration = cancellationToken.UnsafeRegister(static state => Kill((Process)state!), process);
        try
        {
            var samples = await WaveReader.OpenAsync(output, path, path, channels, leaveOpen: true, CancellationToken.None).ConfigureAwait(false);
            return new FfmpegReader(path, process, errors, samples);
        }
        catch (Exception exception)
        {
            // with its output at an end ffmpeg has stopped by itself; otherwise its audio is something that we refuse
            var stopped = await output.ReadAsync(new byte[1], CancellationToken.None).ConfigureAwait(false) == 0;
            if (!stopped) Kill(process);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            var code = process.ExitCode;
            process.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (!stopped || code == 0) throw;
            var words = await errors.ConfigureAwait(false);
            throw new AudioFormatException(
                $"{path}: ffmpeg cannot decode this file (exit code {code}): {words}; check that it is whole and holds audio.", path, exception);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<float> samples, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_ended) return 0;
        cancellationToken.ThrowIfCancellationRequested();
        int read;
        // not every platform can cancel the read of a pipe; all can end the process at its other end
        using (cancellationToken.UnsafeRegister(static state => Kill((Process)state!), _process))
            read = await _samples.ReadAsync(samples, CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (read > 0) return read;

        _ended = true;
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var errors = await _errors.ConfigureAwait(false);
        var code = _process.ExitCode;
        if (code != 0) _notice = $"{_path} was read up to {_samples.Position:c}, where ffmpeg failed (exit code {code}): {errors}";
        else if (errors.Length > 0) _notice = $"{_path} is damaged; ffmpeg read {_samples.Position:c} of audio and says: {errors}";
        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        Kill(_process);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _errors.ConfigureAwait(false);
        await _samples.DisposeAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private static Process Start(string path, string executable)
    {
        var start = new ProcessStartInfo(executable) { RedirectStandardOutput = true, RedirectStandardError = true, CreateNoWindow = true };
        // crccheck finds damage that would pass as noise; file: and the whitelist keep names and playlists from opening network addresses
        string[] arguments =
        [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file", "-err_detect", "crccheck", "-i", $"file:{path}",
            "-map", "0:a:0", "-map_metadata", "-1", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new AudioFormatException(
                $"{path}: this is no WAV file that can be read directly, and {executable}, which reads all else, could not be started ({exception.Message}). "
                + "Install ffmpeg (apt-get install ffmpeg, brew install ffmpeg, winget install ffmpeg) and put it on the PATH, or convert the file to WAV.",
                path,
                exception);
        }
    }

    private static async Task<string> ReadLastLinesAsync(StreamReader errors)
    {
        const int MaxLines = 5;
        const int MaxCharacters = 500;
        var lines = new Queue<string>();
        while (await errors.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0) continue;
            if (lines.Count == MaxLines) lines.Dequeue();
            lines.Enqueue(line.Length > MaxCharacters ? line[..MaxCharacters] : line);
        }

        return string.Join(" | ", lines);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // it has ended already
        }
    }
}
