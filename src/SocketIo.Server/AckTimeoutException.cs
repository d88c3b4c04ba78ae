namespace SocketIo;

/// <summary>A client did not acknowledge an event in time.</summary>
public sealed class AckTimeoutException : TimeoutException
{
    /// <summary>Names the event and the time.</summary>
    /// <param name="eventName">The event that was emitted.</param>
    /// <param name="timeout">How long the server waited.</param>
    public AckTimeoutException(string eventName, TimeSpan timeout)
        : base($"The event '{eventName}' was not acknowledged within {timeout}.")
    {
        EventName = eventName;
        Timeout = timeout;
    }

    /// <summary>The event that was emitted.</summary>
    public string EventName { get; }

    /// <summary>How long the server waited.</summary>
    public TimeSpan Timeout { get; }
}
