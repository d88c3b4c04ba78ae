namespace SocketIo.Handlers;

/// <summary>The value of a handler without one: it is acknowledged without values.</summary>
internal readonly struct Nothing;
