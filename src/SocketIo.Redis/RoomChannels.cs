namespace SocketIo;

/// <summary>
/// Which rooms have a Redis channel of their own with sharded pub/sub, so that only servers with members of the room get its
/// broadcasts. The same on all servers; the <c>subscriptionMode</c> of the JavaScript adapter.
/// </summary>
public enum RoomChannels
{
    /// <summary>All rooms but those of sockets' ids: <c>dynamic</c>, the reference's default.</summary>
    Public,

    /// <summary>All rooms, those of sockets' ids too: <c>dynamic-private</c>. A subscription for each connected socket.</summary>
    All,

    /// <summary>None; every server gets all messages of a namespace: <c>static</c>.</summary>
    None,
}
