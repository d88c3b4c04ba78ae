using System.Buffers;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>What the packets of a client mean, by their first byte: one table for protocol 4 and one for 3.</summary>
internal static class PacketSwitch
{
    public static ValueTask Receive4(EngineSession session, Transport transport, bool isBinary, ReadOnlySpan<byte> packet)
    {
        if (isBinary)
            return session.Deliver(new EngineMessage(packet, isBinary: true));
        if (!session.TellReceived(isBinary: false, packet))
            return ValueTask.CompletedTask;
        if (packet.IsEmpty)
            return RefuseEmpty(session);
        switch (packet[0])
        {
            case (byte)'4':
                return session.Deliver(new EngineMessage(packet[1..], isBinary: false));
            case (byte)'3':
                session.OnHeartbeat();
                return ValueTask.CompletedTask;
            case (byte)'b':
                // a client that takes no binary, which stock clients do also on a WebSocket
                return DeliverBase64(session, packet[1..]);
            case (byte)'2':
                // engine.io-protocol 4: only the server pings
                return RefuseHeartbeat(session);
            default:
                return ReceiveRest(session, transport, packet[0]);
        }
    }

    public static ValueTask Receive3(EngineSession session, Transport transport, bool isBinary, ReadOnlySpan<byte> packet)
    {
        if (isBinary)
        {
            return Revision3.TryUnwrap(ref packet)
                ? session.Deliver(new EngineMessage(packet, isBinary: true))
                : session.Refuse(DisconnectReason.ParseError, "a binary packet that is no message");
        }
        if (!session.TellReceived(isBinary: false, packet))
            return ValueTask.CompletedTask;
        if (packet.IsEmpty)
            return RefuseEmpty(session);
        switch (packet[0])
        {
            case (byte)'4':
                return session.Deliver(new EngineMessage(packet[1..], isBinary: false));
            case (byte)'2':
                session.EnqueueControl(Revision3.Pong(packet));
                session.OnHeartbeat();
                return ValueTask.CompletedTask;
            case (byte)'b' when packet.StartsWith("b4"u8):
                return DeliverBase64(session, packet[2..]);
            case (byte)'3':
                // engine.io-protocol 3: only the client pings
                return RefuseHeartbeat(session);
            default:
                return ReceiveRest(session, transport, packet[0]);
        }
    }

    private static ValueTask ReceiveRest(EngineSession session, Transport transport, byte type)
    {
        switch (type)
        {
            case (byte)'1':
                session.OnPeerClose(transport);
                return ValueTask.CompletedTask;
            case (byte)'0' or (byte)'5' or (byte)'6':
                return ValueTask.CompletedTask;
            default:
                return session.Refuse(DisconnectReason.ParseError, "an unknown packet type");
        }
    }

    private static ValueTask DeliverBase64(EngineSession session, ReadOnlySpan<byte> text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Base64Text.MaxDecodedLength(text.Length));
        try
        {
            return session.Deliver(new EngineMessage(bytes.AsSpan(0, Base64Text.Decode(text, bytes)), isBinary: true));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static ValueTask RefuseEmpty(EngineSession session) => session.Refuse(DisconnectReason.ParseError, "an empty packet");

    private static ValueTask RefuseHeartbeat(EngineSession session) =>
        session.Refuse(DisconnectReason.TransportError, "invalid heartbeat direction");
}
