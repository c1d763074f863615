using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipelines;
using Speechmatics.Speech.Audio;

namespace Speechmatics.Speech.Server.Audio;

/// <summary>
/// Reads audio of any container through an ffmpeg process that gets the bytes on its standard input as they come. Formats whose index stands at the end (some MP4) cannot be read so. ffmpeg may open nothing but its pipes.
/// </summary>
internal sealed class FfmpegPipe : AudioReader
{
    private readonly Process _process;
    private readonly Task _feeding;
    private readonly Task<string> _errors;
    private readonly CancellationTokenSource _stop;
    private readonly AudioReader _samples;
    private string? _notice;

    private FfmpegPipe(Process process, Task feeding, Task<string> errors, CancellationTokenSource stop, AudioReader samples) =>
        (_process, _feeding, _errors, _stop, _samples) = (process, feeding, errors, stop, samples);

    public override int SampleRate => _samples.SampleRate;

    public override string? Notice => _notice;

    public static async ValueTask<AudioReader> OpenAsync(PipeReader pipe, CancellationToken cancellationToken)
    {
        var process = Start();
        var stop = new CancellationTokenSource();
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var feeding = FeedAsync(pipe, process, stop.Token);
        using var registration = cancellationToken.UnsafeRegister(static state => Kill((Process)state!), process);
        try
        {
            var samples = await AudioSource.FromWaveStream(process.StandardOutput.BaseStream, leaveOpen: true).OpenAsync(CancellationToken.None).ConfigureAwait(false);
            return new FfmpegPipe(process, feeding, errors, stop, samples);
        }
        catch (Exception exception)
        {
            await EndAsync(process, stop, feeding).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new AudioFormatException($"ffmpeg cannot decode the audio: {Shorten(await errors.ConfigureAwait(false))}", null, exception);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<float> samples, CancellationToken cancellationToken = default)
    {
        int read;
        // the read of a pipe cannot be cancelled everywhere; the process at its other end can
        using (cancellationToken.UnsafeRegister(static state => Kill((Process)state!), _process))
            read = await _samples.ReadAsync(samples, CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (read > 0) return read;
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var errors = await _errors.ConfigureAwait(false);
        if (_process.ExitCode != 0 || errors.Length > 0) _notice = $"The audio is damaged or ends early; ffmpeg says: {Shorten(errors)}";
        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        await EndAsync(_process, _stop, _feeding).ConfigureAwait(false);
        await _samples.DisposeAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private static async Task EndAsync(Process process, CancellationTokenSource stop, Task feeding)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        Kill(process);
        await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        stop.Dispose();
    }

    private static async Task FeedAsync(PipeReader pipe, Process process, CancellationToken cancellationToken)
    {
        var input = process.StandardInput.BaseStream;
        try
        {
            await pipe.CopyToAsync(input, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // ffmpeg has read enough, or has ended: its exit code and its words tell which
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            try
            {
                await input.DisposeAsync().ConfigureAwait(false);
            }
            catch (IOException)
            {
                // it is no longer there to be told
            }
        }
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, CreateNoWindow = true };
        string[] arguments =
        [
            "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "pipe", "-i", "pipe:0",
            "-map", "0:a:0", "-map_metadata", "-1", "-ac", "1", "-ar", "16000", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new AudioFormatException($"The audio is not WAV, and ffmpeg, which reads all else, could not be started on the server ({exception.Message}). Send WAV or raw samples.", null, exception);
        }
    }

    private static string Shorten(string errors)
    {
        const int MaxCharacters = 300;
        var line = string.Join(" | ", errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.Length > MaxCharacters ? line[..MaxCharacters] : line;
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
