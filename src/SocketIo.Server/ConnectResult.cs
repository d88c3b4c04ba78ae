namespace SocketIo;

/// <summary>What connection middleware decides about a socket that wants to join a namespace.</summary>
public sealed class ConnectResult
{
    private ConnectResult(string? message, object? data)
    {
        Message = message;
        Data = data;
    }

    /// <summary>Lets the socket pass to the next middleware; after the last one it is connected.</summary>
    public static ConnectResult Accept { get; } = new(null, null);

    /// <summary>Why the socket is refused; null when it is accepted.</summary>
    public string? Message { get; }

    /// <summary>What the client gets as <c>err.data</c>; null for nothing.</summary>
    public object? Data { get; }

    /// <summary>Whether the socket is refused.</summary>
    public bool IsRefused => Message is not null;

    /// <summary>Refuses the socket: its client gets <c>connect_error</c>, and no connection handler is called.</summary>
    /// <param name="message">Becomes <c>err.message</c> at the client.</param>
    /// <param name="data">Becomes <c>err.data</c> at the client; serialized as an event's argument is.</param>
    /// <returns>The refusal.</returns>
    public static ConnectResult Refuse(string message, object? data = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new ConnectResult(message, data);
    }
}
