using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine;

/// <summary>A request that the engine refused, as the reference's <c>connection_error</c> event tells it.</summary>
/// <param name="HttpContext">The request; valid during the call only.</param>
/// <param name="Code">
/// 0 transport unknown, 1 session id unknown, 2 bad handshake method, 3 bad request, 4 forbidden, 5 unsupported protocol version.
/// </param>
/// <param name="Message">What the client is told.</param>
/// <param name="Detail">What exactly was wrong, for the log; not sent to the client.</param>
public sealed record ConnectionError(HttpContext HttpContext, int Code, string Message, string? Detail);
