namespace SocketIo.Redis.Resp;

/// <summary>What a connection's incoming bytes are given to. Its members are called by one thread at a time.</summary>
internal abstract class RespInput
{
    /// <summary>A reply or a message has arrived. An exception ends the connection.</summary>
    public abstract void Receive(RespReader reply);

    /// <summary>The connection has ended; the last call.</summary>
    public abstract void End(Exception reason);
}
