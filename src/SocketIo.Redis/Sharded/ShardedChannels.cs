namespace SocketIo.Redis.Sharded;

/// <summary>The names of a namespace's channels.</summary>
internal sealed class ShardedChannels(string prefix, string namespaceName, RoomChannels rooms)
{
    // By the length of a name senders know sockets' ids, as JavaScript nodes do: all have to agree.
    private const int SocketIdLength = 20;

    /// <summary>For all nodes.</summary>
    public string All { get; } = $"{prefix}#{namespaceName}#";

    /// <summary>Answers to one node.</summary>
    public string AnswersTo(string node) => $"{All}{node}#";

    /// <summary>The channel of a room that has one.</summary>
    public string Of(string room) => $"{All}{room}#";

    /// <summary>Where broadcasts to a room go.</summary>
    public string ToRoom(string room) => HasOwn(room) ? Of(room) : All;

    /// <summary>Whether a room has a channel of its own.</summary>
    public bool HasOwn(string room) => rooms switch
    {
        RoomChannels.Public => room.Length != SocketIdLength,
        RoomChannels.All => true,
        _ => false,
    };
}
