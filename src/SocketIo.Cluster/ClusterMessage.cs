namespace SocketIo.Cluster;

/// <summary>
/// A message from one server to the others, or to one of them. Which members have a meaning depends on <see cref="Type"/>. Immutable:
/// it can be shared by threads and kept.
/// </summary>
public sealed record ClusterMessage
{
    /// <summary>The <see cref="Sender"/> of a process that emits without being a server.</summary>
    public const string EmitterId = "emitter";

    /// <summary>What the message is for.</summary>
    public required MessageType Type { get; init; }

    /// <summary>The sending node's id; empty in answers of old formats that do not name it.</summary>
    public required string Sender { get; init; }

    /// <summary>The namespace, with its leading slash. Empty where a message does not name it: then the way that it came tells.</summary>
    public required string Namespace { get; init; }

    /// <summary>
    /// The node that the message is for, null for all others. Set for answers: a backplane that cannot send to one node sends to all,
    /// since answers that nobody waits for are ignored. Does not travel in the message itself.
    /// </summary>
    public string? Recipient { get; init; }

    /// <summary>
    /// The one room that a broadcast is for, when only nodes that have opened the room need it
    /// (<see cref="NamespaceLink.OpenRoomAsync"/>); null when all nodes do, also soon after sockets elsewhere were made to join the room.
    /// Links that do not receive by room ignore it. Does not travel in the message itself.
    /// </summary>
    public string? Channel { get; init; }

    /// <summary>What answers refer to; its presence makes a broadcast or server-side event a request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The rooms whose sockets are meant (3 to 7); none means all sockets. A socket's id is a room.</summary>
    public RoomNames Rooms { get; init; }

    /// <summary>The rooms whose sockets are left out (3 to 7).</summary>
    public RoomNames Except { get; init; }

    /// <summary>How to send a broadcast (3), and the time-out of a fetch (7).</summary>
    public BroadcastFlags Flags { get; init; }

    /// <summary>The event with its arguments (3, 9), or the value of an answer (10, 12).</summary>
    public PacketData Data { get; init; }

    /// <summary>The rooms to join (4) or leave (5).</summary>
    public RoomNames RoomsToChange { get; init; }

    /// <summary>Whether the whole connection is closed and not the one namespace left (6).</summary>
    public bool Close { get; init; }

    /// <summary>How many clients got the broadcast (11).</summary>
    public int ClientCount { get; init; }

    /// <summary>The sockets found (8).</summary>
    public IReadOnlyList<RemoteSocketData> Sockets { get; init; } = [];

    /// <summary>
    /// The ids of the clients counted (11), of the one that acknowledged (12), of those lost (100), or of one that has come back (101); what
    /// <see cref="MessageType.SessionWanted"/> says (102). Only .NET nodes send it; others ignore it.
    /// </summary>
    public RoomNames SocketIds { get; init; }

    /// <summary>
    /// The place of the message among those of its sender, from 1; 0 when the sender does not count. Only for backplanes that may
    /// deliver twice or in another order (<see cref="NamespaceLink.IsReliable"/>).
    /// </summary>
    public long Sequence { get; init; }

    /// <summary>
    /// By which the sender recognises its own broadcast when it comes back from the <see cref="ClusterLog"/>; 0 for none. Others ignore it.
    /// </summary>
    internal long OwnNumber { get; init; }

    /// <summary>
    /// The newest place in the <see cref="ClusterLog"/> that the sender had written to before: for links that have two ways, of which one
    /// is faster. Only .NET nodes send it.
    /// </summary>
    internal string? After { get; init; }

    /// <summary>Where a broadcast stands in the <see cref="ClusterLog"/>; set by the link that received it, null when it is not kept.</summary>
    public string? Offset { get; init; }
}
