namespace SocketIo;

/// <summary>When a receiver has received an event, so that it does not come again.</summary>
public enum Receipt
{
    /// <summary>The client has called the callback that its handler gets as the last argument. The default.</summary>
    Acknowledged,

    /// <summary>
    /// The event's bytes were handed to the operating system. For client code that does not call the callback. What is on its way when the
    /// connection is lost, and what the client's code fails to handle, is lost.
    /// </summary>
    Sent,
}
