namespace SocketIo.TestKit;

/// <summary>What a Node client says about itself at one moment.</summary>
/// <remarks>
/// The id is null while not connected; the transport is <c>polling</c> or <c>websocket</c>; the engine id is the session id
/// of the connection below.
/// </remarks>
public sealed record NodeState(string? Id, bool Connected, bool Recovered, string? Transport, string? EngineId);
