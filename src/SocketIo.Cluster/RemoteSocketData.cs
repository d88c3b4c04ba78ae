namespace SocketIo.Cluster;

/// <summary>A socket as another node describes it in <see cref="MessageType.FetchSocketsResponse"/>.</summary>
public sealed record RemoteSocketData
{
    /// <summary>The socket's id.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// A JSON object: <c>headers, time, address, xdomain, secure, issued, url, query, auth</c>. Nodes may leave out headers and auth.
    /// </summary>
    public PacketData Handshake { get; init; }

    /// <summary>The rooms the socket was in, its id included.</summary>
    public RoomNames Rooms { get; init; }

    /// <summary>A JSON object: what the application keeps with the socket.</summary>
    public PacketData Data { get; init; }
}
