using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>An emit that waits for acknowledgements.</summary>
internal abstract class PendingAck
{
    /// <summary>An acknowledgement arrived; one that was not expected from this socket is ignored.</summary>
    public abstract void Receive(Socket socket, ref ArgumentReader arguments);

    /// <summary>A socket has gone and will not answer.</summary>
    public abstract void Lose(Socket socket);
}
