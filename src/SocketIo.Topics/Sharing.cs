namespace SocketIo;

/// <summary>Who gets an event when a subscriber has several receivers at once.</summary>
public enum Sharing
{
    /// <summary>Each receiver gets every event; any one's acknowledgement counts for the subscriber. The default.</summary>
    All,

    /// <summary>
    /// One of the receivers gets it, on any server: the least busy one. When that leaves without having acknowledged it, another one gets
    /// it. A queue of work. The order is that of handing out; receivers work side by side.
    /// </summary>
    OneOf,
}
