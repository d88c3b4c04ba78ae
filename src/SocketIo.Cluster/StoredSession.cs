namespace SocketIo.Cluster;

/// <summary>What a client needs to come back to another node: kept by a <see cref="ClusterLog"/>.</summary>
public sealed record StoredSession
{
    /// <summary>The private id by which the client asks.</summary>
    public required string Pid { get; init; }

    /// <summary>The socket's id.</summary>
    public required string SocketId { get; init; }

    /// <summary>The rooms, the socket's id included.</summary>
    public RoomNames Rooms { get; init; }

    /// <summary>A JSON object: what the application keeps with the socket.</summary>
    public PacketData Data { get; init; }

    /// <summary>
    /// The newest entry when the client first connected, for a client that has got no event yet; null when it is not known. JavaScript
    /// nodes have no such member, and ignore it.
    /// </summary>
    public string? Start { get; init; }

    /// <summary>How often the client has come back. JavaScript nodes have no such member: 0.</summary>
    public int Generation { get; init; }

    /// <summary>
    /// How often the client has joined and left rooms, up to <see cref="Rooms"/>: whoever got an event after more of that has been in rooms
    /// that are not stored here. JavaScript nodes have no such member: 0.
    /// </summary>
    public int RoomChanges { get; init; }

    /// <summary>
    /// The id of the node that the client is connected to; null when it had left. That node is asked before the session is taken: it may
    /// know better. JavaScript nodes have no such member, and ignore it.
    /// </summary>
    public string? Owner { get; init; }
}
