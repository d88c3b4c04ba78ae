namespace SocketIo.Rooms;

/// <summary>One socket in one room.</summary>
internal sealed class Membership(Room room, Socket socket)
{
    public Room Room => room;

    public Socket Socket => socket;

    /// <summary>Where the room keeps the socket; guarded by the room's lock.</summary>
    public int Slot { get; set; }
}
