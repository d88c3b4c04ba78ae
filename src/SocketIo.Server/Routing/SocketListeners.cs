using SocketIo.Engine;

namespace SocketIo.Routing;

/// <summary>What is registered on one socket; most sockets have none. Lists are replaced whole under the socket's lock.</summary>
internal sealed class SocketListeners
{
    public EventTable Events { get; } = new();

    public Action<IncomingEvent>[] Any { get; set; } = [];

    public Action<OutgoingEvent>[] AnyOutgoing { get; set; } = [];

    public Func<IncomingEvent, Func<Task>, Task>[] Middleware { get; set; } = [];

    public Func<DisconnectReason, Task>[] Disconnecting { get; set; } = [];

    public Func<DisconnectReason, Task>[] Disconnect { get; set; } = [];

    public Action<Exception>[] Error { get; set; } = [];
}
