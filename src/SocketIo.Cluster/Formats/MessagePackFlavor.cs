namespace SocketIo.Cluster;

/// <summary>Which of two JavaScript libraries the bytes are to equal. Both read what the other writes.</summary>
public enum MessagePackFlavor
{
    /// <summary>notepack.io, of the Redis adapters for pub/sub: whole numbers from 2^53 on are integers, members without a value are left out.</summary>
    Notepack,

    /// <summary>@msgpack/msgpack, of the adapters for Redis Streams and Postgres: such numbers are float 64, such members are nil.</summary>
    Official,
}
