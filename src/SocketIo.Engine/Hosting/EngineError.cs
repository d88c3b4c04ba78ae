namespace SocketIo.Engine.Hosting;

/// <summary>The engine's error answers: codes and texts of the reference.</summary>
internal sealed record EngineError(int Code, string Message, string? Detail = null)
{
    private const int ForbiddenCode = 4;

    public static EngineError UnknownSession { get; } = new(1, "Session ID unknown");

    public static EngineError UnsupportedProtocolVersion { get; } = new(5, "Unsupported protocol version");

    public bool IsForbidden => Code == ForbiddenCode;

    public static EngineError UnknownTransport(string? transport) => new(0, "Transport unknown", transport);

    public static EngineError BadHandshakeMethod(string method) => new(2, "Bad handshake method", method);

    public static EngineError BadRequest(string detail) => new(3, "Bad request", detail);

    public static EngineError Forbidden(string? message) => new(ForbiddenCode, message ?? "Forbidden");
}
