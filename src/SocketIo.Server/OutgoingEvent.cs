namespace SocketIo;

/// <summary>An event that is about to be sent, for catch-all listeners.</summary>
public sealed class OutgoingEvent
{
    internal OutgoingEvent(string name, IReadOnlyList<object?> arguments)
    {
        Name = name;
        Arguments = arguments;
    }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>The arguments as they were given, before serialisation.</summary>
    public IReadOnlyList<object?> Arguments { get; }
}
