namespace SocketIo;

/// <summary>A value that a client sent as an argument of an event or ack does not convert to the type the handler asks for.</summary>
/// <remarks>The inner exception says why. The fault is the client's, or the two sides disagree about the event.</remarks>
public sealed class EventArgumentException : Exception
{
    internal EventArgumentException(string? eventName, int index, Type targetType, Exception inner)
        : base($"Argument {index} of {Describe(eventName)} cannot be read as {targetType}.", inner)
    {
        EventName = eventName;
        Index = index;
        TargetType = targetType;
    }

    /// <summary>The name of the event; null if the argument came with an ack.</summary>
    public string? EventName { get; }

    /// <summary>The position of the argument, counted from zero after the event name.</summary>
    public int Index { get; }

    /// <summary>The type that the handler asked for.</summary>
    public Type TargetType { get; }

    private static string Describe(string? eventName) => eventName is null ? "an ack" : $"event '{eventName}'";
}
