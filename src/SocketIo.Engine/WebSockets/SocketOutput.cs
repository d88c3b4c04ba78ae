using System.Net.Sockets;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.WebSockets;

/// <summary>Frames leave through the connection's socket, where nothing lies above it that changes bytes.</summary>
internal abstract class SocketOutput : FrameOutput
{
    [ThreadStatic]
    private static byte[]? _gather;

    /// <summary>Hands bytes over without waiting.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="error">Not success when the connection is lost.</param>
    /// <returns>How many were taken; zero when the socket is full.</returns>
    public abstract int Send(ReadOnlySpan<byte> data, out SocketError error);

    /// <summary>Waits until the socket takes some of the bytes.</summary>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public abstract ValueTask<int> SendAsync(ReadOnlyMemory<byte> data);

    public sealed override WriteResult TryWrite(Outbox outbox, WebSocketTransport transport)
    {
        while (outbox.HasPending)
        {
            var data = IsAlone(outbox) ? outbox.FirstRest.Span : Gather(outbox);
            var sent = Send(data, out var error);
            if (error is not SocketError.Success)
                return transport.Lose(error.ToString());

            var length = data.Length;
            if (transport.OnWritten(outbox, sent) is WriteResult.Closed)
                return WriteResult.Closed;
            if (sent < length)
            {
                _ = SendFirstAsync(outbox, transport);
                return WriteResult.Busy;
            }
        }
        return WriteResult.Written;
    }

    public sealed override void Send(Frame frame, WebSocketTransport transport)
    {
        if (Send(frame.Span, out _) != frame.Length)
            transport.Abort();
    }

    private static Span<byte> Gather(Outbox outbox)
    {
        var buffer = _gather ??= GC.AllocateUninitializedArray<byte>(GatherSize);
        return buffer.AsSpan(0, outbox.Gather(buffer));
    }

    /// <summary>The socket is full: waits until it takes some of the oldest frame, then goes on with the drain.</summary>
    private async Task SendFirstAsync(Outbox outbox, WebSocketTransport transport)
    {
        int sent;
        try
        {
            sent = await SendAsync(outbox.FirstRest).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            transport.OnWriteFailed(exception);
            return;
        }
        transport.GoOn(outbox, sent);
    }
}
