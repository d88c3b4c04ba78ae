using SocketIo.Sockets;

namespace SocketIo.Broadcasts;

/// <summary>Tells the listeners for outgoing events of each socket of a target.</summary>
internal readonly struct NotifyVisitor(OutgoingEvent outgoing) : ISocketVisitor
{
    public void Visit(Socket socket) => socket.NotifyOutgoing(outgoing);
}
