namespace SocketIo.Redis.Resp;

/// <summary>Which client this is on the server, and which server that is; null where the server does not tell.</summary>
internal readonly record struct RespIdentity(long? ClientId, RespServerInfo? Server);
