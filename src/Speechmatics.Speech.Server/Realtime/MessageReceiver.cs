using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Speechmatics.Speech.Server.Protocol;

namespace Speechmatics.Speech.Server.Realtime;

/// <summary>
/// Reads whole messages: some clients split one into many frames. Keeps a small buffer, and a large one only while a large message passes. For one reader.
/// </summary>
internal sealed class MessageReceiver(WebSocket socket, int maxText, int maxBinary) : IDisposable
{
    private const int UsualBytes = 8192;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);

    /// <returns>The next message, whose bytes stay until the next call. A message of type Close has none.</returns>
    /// <exception cref="ProtocolException">The message is longer than allowed.</exception>
    /// <exception cref="WebSocketException">The connection is lost.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(WebSocketMessageType Type, ReadOnlyMemory<byte> Bytes)> ReceiveAsync()
    {
        if (_buffer.Length > UsualBytes * 16) Replace(UsualBytes, 0);
        var length = 0;
        while (true)
        {
            // never cancelled: cancelling a receive would tear the connection down before it could be told why
            var received = await socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close) return (WebSocketMessageType.Close, default);
            length += received.Count;
            var limit = received.MessageType == WebSocketMessageType.Text ? maxText : maxBinary;
            if (length > limit)
                throw new ProtocolException(ErrorType.Protocol, $"A message is longer than the {limit} bytes that this server takes.");
            if (received.EndOfMessage) return (received.MessageType, _buffer.AsMemory(0, length));
            if (length == _buffer.Length) Replace(Math.Min(_buffer.Length * 2, Math.Max(maxText, maxBinary) + UsualBytes), length);
        }
    }

    /// <summary>Reads one piece of whatever comes and forgets it.</summary>
    /// <returns>Whether it was the client's close.</returns>
    public async ValueTask<bool> DiscardAsync() =>
        (await socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false)).MessageType == WebSocketMessageType.Close;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Replace(int size, int used)
    {
        var next = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, used).CopyTo(next);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = next;
    }
}
