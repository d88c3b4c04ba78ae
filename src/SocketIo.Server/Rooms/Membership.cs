namespace SocketIo.Rooms;

/// <summary>One member in one room.</summary>
internal sealed class Membership<T>(Room<T> room, T member) where T : class
{
    public Room<T> Room => room;

    public T Member => member;

    /// <summary>Where the room keeps the member; guarded by the room's lock.</summary>
    public int Slot { get; set; }
}
