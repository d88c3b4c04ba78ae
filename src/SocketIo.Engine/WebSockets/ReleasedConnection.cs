using System.IO.Pipelines;

namespace SocketIo.Engine.WebSockets;

/// <summary>A connection that the server has let go of: the request that it carried has ended, and the WebSocket owns it.</summary>
internal abstract class ReleasedConnection : SocketOutput
{
    /// <summary>What the peer sends.</summary>
    public abstract PipeReader Input { get; }

    public abstract override bool HasEnded { get; }

    /// <summary>Ends both directions at once; a pending read ends. May be called from any thread, and more than once.</summary>
    public abstract override void Abort();

    /// <summary>Ends the connection, and with it what is kept for it; the owner's last call.</summary>
    public abstract override void Close();
}
