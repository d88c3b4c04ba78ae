namespace SocketIo.Protocol;

/// <summary>The arguments of an event or ack that is about to be written.</summary>
public interface IEventArguments
{
    /// <summary>The number of arguments, the event's name not counted.</summary>
    int Count { get; }

    /// <summary>Gives the arguments to the writer, in their order.</summary>
    void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter;

    /// <summary>The arguments boxed, for what must outlive the call.</summary>
    object?[] ToArray();
}
