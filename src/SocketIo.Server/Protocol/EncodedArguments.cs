using SocketIo.Cluster;

namespace SocketIo.Protocol;

/// <summary>Arguments that were written for other servers: own clients get the same bytes, listeners the objects.</summary>
/// <remarks>
/// Not generic in the arguments: a delivery that hands them on to another one would be, for a compiler that makes all code ahead of time, code
/// for ever deeper nested arguments.
/// </remarks>
/// <param name="data">The name and the arguments, as written.</param>
/// <param name="count">How many arguments there are.</param>
/// <param name="values">The arguments themselves; null when no listener gets them.</param>
internal readonly struct EncodedArguments(in PacketData data, int count, object?[]? values) : IEventArguments
{
    private readonly PeerArguments _encoded = new(data);

    public int Count => count;

    public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter => _encoded.WriteTo(ref writer);

    // a listener that was added only now gets what others would
    public object?[] ToArray() => values ?? _encoded.ToArray();
}
