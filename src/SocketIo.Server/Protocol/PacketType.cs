namespace SocketIo.Protocol;

/// <summary>The packet types of the Socket.IO protocol, revision 5; the values are the digits on the wire.</summary>
public enum PacketType : byte
{
    /// <summary>A client joins a namespace, or the server tells it that it has.</summary>
    Connect = 0,

    /// <summary>One side leaves the namespace.</summary>
    Disconnect = 1,

    /// <summary>An event: its name and arguments, with an id when an acknowledgement is wanted.</summary>
    Event = 2,

    /// <summary>The acknowledgement of the event with that id.</summary>
    Ack = 3,

    /// <summary>The server refuses a client that wants to join.</summary>
    ConnectError = 4,

    /// <summary>An event with attachments, in formats that send binary data as messages of its own.</summary>
    BinaryEvent = 5,

    /// <summary>An acknowledgement with attachments.</summary>
    BinaryAck = 6,
}
