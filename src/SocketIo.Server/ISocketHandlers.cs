namespace SocketIo;

/// <summary>
/// A handler class: each event gets an instance of its own, whose constructor parameters come from a service scope of its own. Instance and scope are
/// disposed when the handler has completed, before the acknowledgement is sent. Register it with <see cref="NamespaceEvents.AddHandlers{T}"/>.
/// </summary>
/// <typeparam name="TSelf">The class itself.</typeparam>
public interface ISocketHandlers<TSelf> where TSelf : class, ISocketHandlers<TSelf>
{
    /// <summary>Says which method handles which event. Called once, when the class is registered.</summary>
    /// <param name="events">Takes the events.</param>
    static abstract void Map(EventMap<TSelf> events);
}
