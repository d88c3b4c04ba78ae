using SocketIo.Engine.Frames;
using SocketIo.Sockets;

namespace SocketIo.Broadcasts;

/// <summary>Hands a frame to each socket of a target.</summary>
/// <param name="frame">The frame, the same for all.</param>
/// <param name="mode">How it is sent.</param>
/// <param name="outgoing">What the listeners for outgoing events get; null when there are none, or they were called before.</param>
/// <param name="answers">Learns who is sent it; null when nobody is to acknowledge.</param>
internal readonly struct SendVisitor(Frame frame, SendMode mode, OutgoingEvent? outgoing = null, BroadcastAnswers? answers = null) : ISocketVisitor
{
    public void Visit(Socket socket)
    {
        if (answers is not null && !answers.TryExpect(socket))
            return;
        if (outgoing is not null)
            socket.NotifyOutgoing(outgoing);
        if (!socket.Send(frame, mode))
            answers?.Miss(socket);
    }
}
