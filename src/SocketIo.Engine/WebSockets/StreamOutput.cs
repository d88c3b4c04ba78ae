using System.Buffers;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.WebSockets;

/// <summary>Frames leave through the stream that the server upgraded: below TLS, in HTTP/2, on a server that is not Kestrel.</summary>
internal class StreamOutput(Stream stream) : FrameOutput
{
    public override WriteResult TryWrite(Outbox outbox, WebSocketTransport transport)
    {
        if (IsAlone(outbox))
            return Write(outbox.FirstRest, outbox.FirstRest.Length, null, outbox, transport);
        var rented = ArrayPool<byte>.Shared.Rent(Math.Min(GatherSize, outbox.QueuedBytes));
        var count = outbox.Gather(rented);
        return Write(rented.AsMemory(0, count), count, rented, outbox, transport);
    }

    public override void Send(Frame frame, WebSocketTransport transport)
    {
        var write = stream.WriteAsync(frame.Memory);
        if (!write.IsCompletedSuccessfully)
            _ = FinishSendAsync(write, transport);
    }

    /// <summary>Writes bytes, of which the first are the outbox's.</summary>
    /// <param name="data">All of them.</param>
    /// <param name="count">How many the outbox forgets then.</param>
    /// <param name="rented">What to return to the pool then.</param>
    /// <param name="outbox">The outbox.</param>
    /// <param name="transport">Whose output this is.</param>
    protected WriteResult Write(ReadOnlyMemory<byte> data, int count, byte[]? rented, Outbox outbox, WebSocketTransport transport)
    {
        var write = stream.WriteAsync(data);
        if (!write.IsCompletedSuccessfully)
        {
            _ = FinishWriteAsync(write, outbox, count, rented, transport);
            return WriteResult.Busy;
        }
        write.GetAwaiter().GetResult();
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return transport.OnWritten(outbox, count);
    }

    private static async Task FinishWriteAsync(ValueTask write, Outbox outbox, int count, byte[]? rented, WebSocketTransport transport)
    {
        try
        {
            await write.ConfigureAwait(false);
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
        catch (Exception exception)
        {
            transport.OnWriteFailed(exception);
            return;
        }
        transport.GoOn(outbox, count);
    }

    private static async Task FinishSendAsync(ValueTask write, WebSocketTransport transport)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception)
        {
            transport.Abort();
        }
    }
}
