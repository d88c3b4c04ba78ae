using SocketIo.Handlers;

namespace SocketIo;

/// <summary>The events of a handler class. Lambdas that are passed to it are best static: the instance is their first parameter.</summary>
/// <typeparam name="THandlers">The handler class.</typeparam>
public sealed partial class EventMap<THandlers> where THandlers : class
{
    private readonly NamespaceEvents _events;
    private readonly HandlerFactory<THandlers> _factory;

    internal EventMap(NamespaceEvents events, HandlerFactory<THandlers> factory)
    {
        _events = events;
        _factory = factory;
    }

    private EventMap<THandlers> Add(string eventName, EventListener listener)
    {
        _events.Add(eventName, listener);
        return this;
    }
}
