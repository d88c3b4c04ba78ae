using SocketIo.Protocol;

namespace SocketIo.Sockets;

/// <summary>An emit that waits for acknowledgements. A socket's one answer, or its end, comes from who took it out of <see cref="SocketAcks"/>.</summary>
internal abstract class PendingAck
{
    /// <summary>The acknowledgement arrived.</summary>
    public abstract void Receive(Socket socket, ref ArgumentReader arguments);

    /// <summary>The socket has gone and will not answer.</summary>
    public abstract void Lose(Socket socket);
}
