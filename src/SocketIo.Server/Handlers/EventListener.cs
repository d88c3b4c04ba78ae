namespace SocketIo.Handlers;

/// <summary>A registered handler.</summary>
internal sealed class EventListener
{
    private readonly EventUse _use;
    private int _used;

    /// <param name="source">The delegate that the user gave; by it the listener is found again.</param>
    /// <param name="body">What the dispatch runs.</param>
    /// <param name="use">How often it runs.</param>
    /// <param name="result">The type of the acknowledged value; null when the handler has none.</param>
    /// <param name="parameters">The types of the handler's parameters that the event fills.</param>
    public EventListener(Delegate source, EventBody body, EventUse use, Type? result, params ReadOnlySpan<Type> parameters)
    {
        ArgumentNullException.ThrowIfNull(source, "handler");
        Source = source;
        Body = body;
        _use = use;
        Result = result;
        Parameters = parameters.ToArray();
    }

    public Delegate Source { get; }

    public EventBody Body { get; }

    public Type? Result { get; }

    public Type[] Parameters { get; }

    /// <summary>Whether it may run (again) for an event of this socket; one that runs once is used up then.</summary>
    public bool TryUse(Socket socket, ReadOnlySpan<byte> name) => _use switch
    {
        EventUse.Once => TryUseOnce(socket, name),
        EventUse.OncePerSocket => socket.TryUseOnce(this),
        _ => true,
    };

    private bool TryUseOnce(Socket socket, ReadOnlySpan<byte> name)
    {
        socket.Remove(name, this);
        return Interlocked.Exchange(ref _used, 1) == 0;
    }
}
