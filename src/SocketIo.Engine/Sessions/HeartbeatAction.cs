namespace SocketIo.Engine.Sessions;

/// <summary>What a look at a <see cref="HeartbeatClock"/> asks for.</summary>
internal enum HeartbeatAction
{
    None,
    Ping,
    Timeout,
}
