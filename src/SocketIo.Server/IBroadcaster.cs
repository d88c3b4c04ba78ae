namespace SocketIo;

/// <summary>Something that a broadcast can start from: a namespace, or a socket that leaves itself out.</summary>
public interface IBroadcaster
{
    /// <summary>The whole audience, to be narrowed.</summary>
    internal BroadcastOperator Operator { get; }
}
