namespace SocketIo;

/// <summary>
/// Base of handler classes: constructor parameters come from the services, and each event gets an instance and a service scope of
/// its own, disposed when its handler has ended. Add them with <see cref="Namespace.AddHandlers{T}"/>.
/// </summary>
/// <typeparam name="T">The class itself.</typeparam>
public abstract class SocketHandlers<T> where T : SocketHandlers<T>
{
    /// <summary>Names the events and their methods. Called once, on an instance made for it.</summary>
    protected abstract void Map(IEventMap<T> on);

    internal void MapInto(IEventMap<T> on) => Map(on);
}
