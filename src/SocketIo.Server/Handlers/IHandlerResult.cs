namespace SocketIo.Handlers;

/// <summary>What becomes of the value that a handler returns. Chosen by its type when the handler is compiled.</summary>
/// <typeparam name="TReturn">What the handler returns.</typeparam>
/// <typeparam name="TValue">What is acknowledged.</typeparam>
internal interface IHandlerResult<TReturn, TValue>
{
    /// <summary>The type of the acknowledged value; null when there is none.</summary>
    static abstract Type? Type { get; }

    /// <summary>Acknowledges when the handler has completed.</summary>
    static abstract ValueTask Acknowledge(TReturn returned, AckReply ack);
}
