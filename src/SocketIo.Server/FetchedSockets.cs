using System.Collections;
using SocketIo.Cluster;

namespace SocketIo;

/// <summary>The sockets that <see cref="BroadcastOperator.FetchSocketsAsync"/> found, and the servers that did not answer.</summary>
public sealed class FetchedSockets : IReadOnlyList<RemoteSocket>
{
    private readonly IReadOnlyList<RemoteSocket> _sockets;

    /// <summary>Makes the result of a fetch.</summary>
    /// <param name="sockets">The sockets.</param>
    /// <param name="missing">The servers that did not answer.</param>
    public FetchedSockets(IReadOnlyList<RemoteSocket> sockets, MissingNodes missing = default)
    {
        ArgumentNullException.ThrowIfNull(sockets);
        _sockets = sockets;
        Missing = missing;
    }

    /// <summary>The servers whose sockets are not among these, since they did not answer in time; none for a server alone.</summary>
    public MissingNodes Missing { get; }

    /// <summary>Whether all servers have answered.</summary>
    public bool IsComplete => Missing.None;

    /// <inheritdoc />
    public int Count => _sockets.Count;

    /// <inheritdoc />
    public RemoteSocket this[int index] => _sockets[index];

    /// <inheritdoc />
    public IEnumerator<RemoteSocket> GetEnumerator() => _sockets.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static async ValueTask<FetchedSockets> OfAsync(ValueTask<IReadOnlyList<RemoteSocket>> sockets) => new(await sockets.ConfigureAwait(false));
}
