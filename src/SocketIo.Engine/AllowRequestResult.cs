namespace SocketIo.Engine;

/// <summary>The answer of <see cref="EngineOptions.AllowRequest"/>.</summary>
public readonly struct AllowRequestResult
{
    private AllowRequestResult(bool refused, string? message) => (IsRefused, Message) = (refused, message);

    /// <summary>The request goes on.</summary>
    public static AllowRequestResult Allow { get; }

    /// <summary>Whether the request is refused.</summary>
    public bool IsRefused { get; }

    /// <summary>The message for the client; null gives "Forbidden".</summary>
    public string? Message { get; }

    /// <summary>The request is answered with error code 4 (HTTP 403; 400 for an upgrade) and <paramref name="message"/>.</summary>
    public static AllowRequestResult Refuse(string? message = null) => new(true, message);
}
