namespace SocketIo;

/// <summary>Options of the backplane on Redis pub/sub, the counterpart of <c>createAdapter</c> of @socket.io/redis-adapter.</summary>
public sealed class RedisOptions : RedisConnectionOptions
{
    /// <summary>
    /// Whether answers to a server go to its own channel, so that the others need not read them: <c>publishOnSpecificResponseChannel</c>
    /// of the reference. Every server listens to both channels. Default true; false for clusters with adapters before 7.1, which know the
    /// common channel only.
    /// </summary>
    public bool AnswerOnOwnChannels { get; set; } = true;
}
