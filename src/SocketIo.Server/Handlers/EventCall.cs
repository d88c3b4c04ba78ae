using SocketIo.Protocol;

namespace SocketIo.Handlers;

/// <summary>An event on its way into one handler: gives the handler's parameters in their order.</summary>
/// <param name="listener">Whose handler it is.</param>
/// <param name="socket">Whose event it is.</param>
/// <param name="arguments">The event's arguments.</param>
/// <param name="ack">Answers the client.</param>
internal ref struct EventCall(EventListener listener, Socket socket, ArgumentReader arguments, AckReply ack)
{
    private ArgumentReader _arguments = arguments;

    public Socket Socket { get; } = socket;

    /// <summary>The event's name.</summary>
    public readonly string EventName => _arguments.NameOfEvent ?? "";

    /// <summary>Takes the handler's result; nothing is acknowledged when the handler has taken the acknowledgement over.</summary>
    public AckReply Ack { get; private set; } = ack;

    /// <summary>The next parameter: one of the event's arguments, or what stands for all of them.</summary>
    /// <exception cref="EventArgumentException">The argument can't be converted, or is missing or null and must not be.</exception>
    public T Next<T>()
    {
        if (typeof(T) == typeof(Ack))
            return (T)(object)TakeAck();
        if (typeof(T) == typeof(IncomingEvent))
            return (T)(object)new IncomingEvent(_arguments, Ack.Id);
        var isMissing = !_arguments.HasMore;
        var value = _arguments.Read<T>();
        return value is null || isMissing ? Absent<T>(isMissing) : value;
    }

    private readonly T Absent<T>(bool isMissing)
    {
        var index = _arguments.Index - 1;
        var parameter = HandlerParameter.Of(listener, index);
        if (isMissing && parameter.HasDefault)
            return parameter.Default is T value ? value : default!;
        if (parameter.IsRequired)
            throw new EventArgumentException(_arguments.NameOfEvent, index, typeof(T), isMissing ? "it is missing." : "it is null.");
        return default!;
    }

    private ClientAck TakeAck()
    {
        var taken = new ClientAck(Ack.Shared());
        Ack = AckReply.None;
        return taken;
    }
}
