namespace SocketIo;

/// <summary>What a middleware decides on a socket that wants to join a namespace.</summary>
public sealed class ConnectResult
{
    private ConnectResult(string? message, object? data)
    {
        Message = message;
        Data = data;
    }

    /// <summary>The next middleware decides; behind the last one the socket is connected.</summary>
    public static ConnectResult Accept { get; } = new(null, null);

    /// <summary>Why the socket is refused; null when it is accepted.</summary>
    public string? Message { get; }

    /// <summary>What the client finds in <c>err.data</c>.</summary>
    public object? Data { get; }

    /// <summary>Whether the socket is refused.</summary>
    public bool IsRefused => Message is not null;

    /// <summary>
    /// The client gets <c>connect_error</c> with this message, and the data as <c>err.data</c>; the socket is never connected.
    /// </summary>
    public static ConnectResult Refuse(string message, object? data = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new ConnectResult(message, data);
    }
}
