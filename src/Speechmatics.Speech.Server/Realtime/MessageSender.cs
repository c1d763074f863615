using System.Net.WebSockets;
using System.Threading.Channels;
using Speechmatics.Speech.Server.Protocol;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>Sends messages one after the other, from any thread. The queue is short: whoever has more to say waits, and a client that reads nothing for the timeout is given up.</summary>
internal sealed class MessageSender(WebSocket socket, TimeSpan timeout, TimeProvider clock)
{
    private const int QueuedMessages = 256;

    /// <summary>A message; or, without one, the number of an audio message to acknowledge: these are many, and are written only as they are sent.</summary>
    private readonly Channel<(byte[]? Message, long Acknowledged)> _queue = Channel.CreateBounded<(byte[]? Message, long Acknowledged)>(new BoundedChannelOptions(QueuedMessages) { SingleReader = true });
    private readonly byte[] _acknowledgement = new byte[ServerMessages.MaxAudioAddedBytes];

    /// <summary>Waits for room in the queue.</summary>
    /// <exception cref="ChannelClosedException">The connection is over.</exception>
    public ValueTask SendAsync(byte[] message, CancellationToken cancellationToken) => _queue.Writer.WriteAsync((message, 0), cancellationToken);

    /// <summary>Sends AudioAdded. Waits for room in the queue.</summary>
    /// <exception cref="ChannelClosedException">The connection is over.</exception>
    public ValueTask AcknowledgeAsync(long sequence, CancellationToken cancellationToken) => _queue.Writer.WriteAsync((null, sequence), cancellationToken);

    /// <summary>No more messages come: <see cref="RunAsync"/> ends when the queue is sent.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Sends until <see cref="Complete"/>.</summary>
    /// <exception cref="SlowClientException">The client did not read for too long.</exception>
    /// <exception cref="WebSocketException">The connection is lost.</exception>
    public async Task RunAsync()
    {
        var deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        try
        {
            while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (_queue.Reader.TryRead(out var next))
                {
                    var message = next.Message is { } bytes ? bytes.AsMemory() : _acknowledgement.AsMemory(0, ServerMessages.WriteAudioAdded(_acknowledgement, next.Acknowledged));
                    deadline.CancelAfter(timeout);
                    await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, deadline.Token).ConfigureAwait(false);
                    if (deadline.TryReset()) continue;
                    deadline.Dispose();
                    deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new SlowClientException(timeout);
        }
        finally
        {
            // those who wait for room learn that none will come
            _queue.Writer.TryComplete();
            while (_queue.Reader.TryRead(out _))
            {
            }

            deadline.Dispose();
        }
    }
}
