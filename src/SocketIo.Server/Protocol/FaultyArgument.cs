namespace SocketIo.Protocol;

/// <summary>Takes arguments that could not be written, and finds the one that nobody can send.</summary>
internal struct FaultyArgument(string? eventName) : IArgumentWriter
{
    private readonly string? _eventName = eventName;
    private int _count;

    /// <summary>Which one it is, and why it can't be sent; null when each of them is data.</summary>
    public string? Fault { get; private set; }

    /// <summary>Looks at all of them.</summary>
    public static string? Find<TArgs>(string? eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
    {
        var finder = new FaultyArgument(eventName);
        args.WriteTo(ref finder);
        return finder.Fault;
    }

    /// <summary>What is told to who emits.</summary>
    /// <param name="eventName">The event's name; null for an acknowledgement.</param>
    /// <param name="number">The argument's number, from 1.</param>
    /// <param name="reason">Why it can't be sent.</param>
    public static string Describe(string? eventName, int number, string reason) =>
        $"Argument {number} of {(eventName is null ? "the acknowledgement" : $"event '{LogText.Of(eventName)}'")} can't be sent: {reason}";

    public void Write<T>(T value)
    {
        _count++;
        if (Fault is null && ReasonOf(value?.GetType() ?? typeof(T)) is { } reason)
            Fault = Describe(_eventName, _count, reason + ".");
    }

    private static string? ReasonOf(Type type)
    {
        if (UnawaitedConverter.IsTask(type))
            return UnawaitedConverter.Hint(type);
        return typeof(Delegate).IsAssignableFrom(type) ? "it is a function; to wait for the client's answer use EmitWithAckAsync" : null;
    }
}
