namespace SocketIo.Redis.Resp;

/// <summary>What the other end sent is not RESP. The connection is of no use any more.</summary>
internal sealed class RespFormatException(string what) : Exception($"Redis sent {what}.");
