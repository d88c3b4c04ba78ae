namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>
/// One socket of a client library, as far as the steps of the table go. It acknowledges the events "text" and "bytes" with what
/// they came with.
/// </summary>
internal interface IStockClient : IAsyncDisposable
{
    /// <summary>Waits until it is connected.</summary>
    Task ConnectedAsync();

    /// <summary>Waits until it is refused; the message.</summary>
    Task<string?> RefusedAsync();

    /// <summary>Emits "echo" with that text; what is acknowledged.</summary>
    Task<string?> EchoAsync(string text);

    /// <summary>Emits "reverse" with these bytes; what is acknowledged.</summary>
    Task<byte[]> ReverseAsync(byte[] bytes);

    /// <summary>Waits for the first "news"; its text.</summary>
    Task<string?> FirstNewsAsync();

    Task DisconnectAsync();

    /// <summary>Waits until it is disconnected; the reason, null where the library tells none.</summary>
    Task<string?> DisconnectedAsync();
}
