namespace SocketIo;

/// <summary>
/// A value that a client sent as an argument of an event or acknowledgement does not convert to the type the handler asks for, or is
/// missing or null where the handler's parameter can't be.
/// </summary>
/// <remarks>
/// The message says which argument, of which event, as which type, and why, in so many characters at most, whatever the client sent.
/// The inner exception is the serializer's; null for a missing argument. The fault is the client's, or the two sides disagree about
/// the event.
/// </remarks>
public sealed class EventArgumentException : Exception
{
    // Of what a serializer says, which may quote the client.
    private const int MaxReason = 256;

    /// <summary>Says which argument is meant.</summary>
    /// <param name="eventName">The name of the event; null if the argument came with an acknowledgement.</param>
    /// <param name="index">The position of the argument, from zero.</param>
    /// <param name="targetType">The type it was to become.</param>
    /// <param name="inner">Why it could not.</param>
    public EventArgumentException(string? eventName, int index, Type targetType, Exception inner)
        : this(eventName, index, targetType, inner?.Message ?? throw new ArgumentNullException(nameof(inner)), inner)
    {
    }

    internal EventArgumentException(string? eventName, int index, Type targetType, string reason, Exception? inner = null)
        : base($"Argument {index} of {Describe(eventName)} cannot be read as {targetType}: {LogText.Of(reason, MaxReason)}", inner)
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

    private static string Describe(string? eventName) => eventName is null ? "an ack" : $"event '{LogText.Of(eventName)}'";
}
