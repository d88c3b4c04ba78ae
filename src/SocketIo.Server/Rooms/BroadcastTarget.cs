namespace SocketIo.Rooms;

/// <summary>Whom a broadcast is for; no rooms means the whole namespace.</summary>
internal readonly record struct BroadcastTarget
{
    public RoomNames Rooms { get; init; }

    public RoomNames Except { get; init; }

    public bool IsLocal { get; init; }

    public bool IsVolatile { get; init; }

    public bool IsUncompressed { get; init; }
}
