namespace SocketIo.Rooms;

/// <summary>Whom a broadcast is for; no rooms means the whole namespace.</summary>
internal readonly record struct BroadcastTarget
{
    public RoomNames Rooms { get; init; }

    public RoomNames Except { get; init; }

    public bool IsLocal { get; init; }

    /// <summary>Whether the rooms are the one of a socket's id, so that one acknowledgement is all.</summary>
    public bool IsSingle { get; init; }

    public bool IsVolatile { get; init; }

    public bool IsUncompressed { get; init; }
}
