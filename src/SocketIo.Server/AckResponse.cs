namespace SocketIo;

/// <summary>One acknowledgement of a broadcast.</summary>
/// <typeparam name="T">What the acknowledgement was read as.</typeparam>
public readonly struct AckResponse<T>
{
    /// <summary>Makes an acknowledgement.</summary>
    /// <param name="socketId">Who acknowledged; empty for a socket whose server does not tell.</param>
    /// <param name="value">The value.</param>
    /// <param name="hasValue">Whether the client sent one.</param>
    public AckResponse(string socketId, T value, bool hasValue = true)
    {
        ArgumentNullException.ThrowIfNull(socketId);
        SocketId = socketId;
        Value = value;
        HasValue = hasValue;
    }

    /// <summary>The id of the socket that acknowledged; empty for one of a JavaScript server, which does not tell it.</summary>
    public string SocketId { get; }

    /// <summary>The value; <c>default</c> when the client acknowledged without one.</summary>
    public T Value { get; }

    /// <summary>Whether the client acknowledged with a value.</summary>
    public bool HasValue { get; }
}
