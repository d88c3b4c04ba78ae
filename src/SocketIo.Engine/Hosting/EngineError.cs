using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine.Hosting;

/// <summary>The engine's error answers: codes and texts of the reference.</summary>
internal sealed record EngineError(int Code, string Message, string? Detail = null)
{
    private const int BadRequestCode = 3;
    private const int ForbiddenCode = 4;

    public static EngineError UnknownSession { get; } = new(
        1, "Session ID unknown", "the session has ended, or it is another server's: where there are several, each client must keep to one");

    /// <summary>The status of the answer; that of an upgrade is 400 unless a limit says otherwise.</summary>
    public int Status { get; private init; } = StatusCodes.Status400BadRequest;

    /// <summary>Whether the same request may be right in a while.</summary>
    public bool IsTemporary => Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable;

    public static EngineError UnknownTransport(string? transport) => new(0, "Transport unknown", transport);

    public static EngineError BadHandshakeMethod(string method) => new(2, "Bad handshake method", method);

    public static EngineError OtherTransport(EngineSession session) => BadRequest($"session {session.Label} uses another transport");

    public static EngineError OtherVersion(EngineSession session) => BadRequest($"session {session.Label} speaks version {session.Protocol}");

    public static EngineError BadRequest(string detail) => new(BadRequestCode, "Bad request", detail);

    public static EngineError Forbidden(string? message) =>
        new(ForbiddenCode, message ?? "Forbidden") { Status = StatusCodes.Status403Forbidden };

    public static EngineError UnsupportedProtocolVersion(string? version) => new(
        5,
        "Unsupported protocol version",
        version is null or "3"
            ? $"the client speaks version 3, as those before Socket.IO 3 do; {nameof(EngineOptions.AllowEngineIo3)} lets them in"
            : $"the client speaks version {version}");

    public static EngineError Unavailable(string detail) =>
        new(BadRequestCode, "Service unavailable", detail) { Status = StatusCodes.Status503ServiceUnavailable };

    public static EngineError TooManySessions(int limit) =>
        new(ForbiddenCode, "Too many sessions", $"{nameof(EngineOptions.MaxSessions)} is {limit}") { Status = StatusCodes.Status503ServiceUnavailable };

    public static EngineError TooManySessionsOfAddress(int limit) =>
        new(ForbiddenCode, "Too many sessions", $"{nameof(EngineOptions.MaxSessionsPerAddress)} is {limit}") { Status = StatusCodes.Status429TooManyRequests };
}
