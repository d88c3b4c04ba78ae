namespace SocketIo;

/// <summary>An event that is about to be sent, for catch-all listeners.</summary>
public sealed class OutgoingEvent
{
    /// <summary>Makes an event, for unit tests of a listener.</summary>
    /// <param name="name">The name.</param>
    /// <param name="arguments">The arguments.</param>
    public OutgoingEvent(string name, IReadOnlyList<object?> arguments)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(arguments);
        Name = name;
        Arguments = arguments;
    }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>The arguments as they were given, before serialisation.</summary>
    public IReadOnlyList<object?> Arguments { get; }
}
