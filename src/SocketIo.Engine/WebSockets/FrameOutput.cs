using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.WebSockets;

/// <summary>
/// How the frames of one WebSocket leave. One writer at a time: the owner of the session's drain, or, as long as the session has another
/// transport, its upgrade.
/// </summary>
internal abstract class FrameOutput
{
    // One gathered send: 64 KB is what a socket's send buffer takes at once by Linux' default, and below the large object heap.
    protected const int GatherSize = 64 * 1024;

    // A frame this large is sent as it is; copying it would cost more than the extra send.
    private const int SentAlone = 16 * 1024;

    /// <summary>Whether the peer has ended the connection, where it is the WebSocket's own. From any thread, while that is not closed.</summary>
    public virtual bool HasEnded => false;

    /// <summary>Writes what it can of the frames pending in the outbox; see <see cref="Transport.TryWrite"/>.</summary>
    /// <exception cref="IOException">The connection is lost, as with the next two.</exception>
    /// <exception cref="ObjectDisposedException"/>
    /// <exception cref="InvalidOperationException"/>
    public abstract WriteResult TryWrite(Outbox outbox, WebSocketTransport transport);

    /// <summary>Writes a frame that is in no queue; a connection that does not take it is aborted.</summary>
    /// <inheritdoc cref="TryWrite" path="/exception"/>
    public abstract void Send(Frame frame, WebSocketTransport transport);

    /// <summary>The peer has answered a ping frame; on the thread that reads.</summary>
    public virtual void OnPong(ReadOnlySpan<byte> payload, WebSocketTransport transport)
    {
    }

    /// <summary>Tells the peer that nothing more comes, where that is possible without the end of the connection.</summary>
    public virtual void EndOutput()
    {
    }

    /// <summary>Drops the connection, where it is the WebSocket's own. From any thread.</summary>
    public virtual void Abort()
    {
    }

    /// <summary>Ends the connection, where it is the WebSocket's own; the last call.</summary>
    public virtual void Close()
    {
    }

    /// <inheritdoc cref="Transport.Prefetch" />
    public virtual void Prefetch()
    {
    }

    /// <summary>Whether the oldest frame is written by itself, without being copied.</summary>
    protected static bool IsAlone(Outbox outbox) => outbox.HasOne || outbox.First.Length >= SentAlone;
}
