using System.IO.Pipelines;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Audio;

/// <summary>
/// A file that comes in pieces: WAV is read directly, all else through ffmpeg. The place in the pool is taken at once with a session at the usual rate; when the file's header tells another rate, a session of that rate
/// takes its place.
/// </summary>
internal sealed class FileInlet : IAudioInlet
{
    private const int WaitingBytes = 1 << 18;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: WaitingBytes, resumeWriterThreshold: WaitingBytes / 2, useSynchronizationContext: false));
    private readonly TaskCompletionSource<SpeechSession> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly SessionPool _pool;
    private readonly SessionOptions _options;
    private readonly bool _allowFfmpeg;
    private readonly Task _feeding;
    private SpeechSession _held;

    public FileInlet(SessionPool pool, SessionOptions options, SpeechSession placeholder, bool allowFfmpeg)
    {
        (_pool, _options, _held, _allowFfmpeg) = (pool, options, placeholder, allowFfmpeg);
        _feeding = FeedAsync();
    }

    public Task<SpeechSession> Session => _session.Task;

    public Task Failure => _failure.Task;

    public string? Notice { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // a reader that is done leaves the rest of the file unread, which is no error: a WAV file may have chunks after its samples
        await _pipe.Writer.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    public void Complete() => _pipe.Writer.Complete();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pipe.Writer.CompleteAsync(new OperationCanceledException()).ConfigureAwait(false);
        await _feeding.ConfigureAwait(false);
        await _held.DisposeAsync().ConfigureAwait(false);
        _session.TrySetCanceled();
        _ = _failure.Task.Exception;
        _stop.Dispose();
    }

    private async Task FeedAsync()
    {
        try
        {
            var reader = await StreamedFile.OpenAsync(_pipe.Reader, _allowFfmpeg, _stop.Token).ConfigureAwait(false);
            if (reader is null)
            {
                // no byte ever came
                _held.Complete();
                _session.TrySetResult(_held);
                return;
            }

            await using var scope = reader.ConfigureAwait(false);
            if (reader.SampleRate != _options.SampleRate)
            {
                await _held.DisposeAsync().ConfigureAwait(false);
                _options.SampleRate = reader.SampleRate;
                _held = await _pool.OpenAsync(_options, _stop.Token).ConfigureAwait(false);
            }

            _session.TrySetResult(_held);
            var buffer = new float[4096];
            int count;
            while ((count = await reader.ReadAsync(buffer, _stop.Token).ConfigureAwait(false)) > 0)
                await _held.WriteAsync(buffer.AsMemory(0, count), _stop.Token).ConfigureAwait(false);
            Notice = reader.Notice;
            _held.Complete();
        }
        catch (Exception failure)
        {
            _failure.TrySetException(failure);
        }
        finally
        {
            await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }
}
