namespace SocketIo.Protocol;

/// <summary>The packet types of the Socket.IO protocol, revision 5; the values are the digits on the wire.</summary>
internal enum PacketType : byte
{
    Connect = 0,
    Disconnect = 1,
    Event = 2,
    Ack = 3,
    ConnectError = 4,
    BinaryEvent = 5,
    BinaryAck = 6,
}
