using System.IO.Pipelines;

namespace SocketIo.Engine.WebSockets;

/// <summary>A connection that the server has let go of: the request that it carried has ended, and the WebSocket owns it.</summary>
internal abstract class ReleasedConnection : DirectSocket
{
    /// <summary>What the peer sends.</summary>
    public abstract PipeReader Input { get; }

    /// <summary>Ends both directions at once; a pending read ends. May be called from any thread, and more than once.</summary>
    public abstract void Abort();

    /// <summary>Ends the connection, and with it what is kept for it; the owner's last call.</summary>
    public abstract void Close();
}
