namespace SocketIo.Sockets;

/// <summary>What came of adding an acknowledgement to those that a socket owes.</summary>
internal enum AckAddition
{
    Added,

    /// <summary>The socket owes this one already.</summary>
    Known,

    /// <summary>The socket owes as many as it may.</summary>
    TooMany,
}
