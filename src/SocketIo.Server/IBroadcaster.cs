namespace SocketIo;

/// <summary>
/// Something that a broadcast can start from: a namespace, to all its sockets, or a socket, to all others of its namespace. The server is one: code that
/// takes an <c>IBroadcaster</c> in its constructor can be tested without a server.
/// </summary>
/// <remarks>A unit test may implement it: <c>Broadcast => new BroadcastOperator(channel)</c>, with a <see cref="BroadcastChannel"/> that records.</remarks>
public interface IBroadcaster
{
    /// <summary>All recipients; select some of them with <c>To</c> and <c>Except</c>.</summary>
    BroadcastOperator Broadcast { get; }
}
