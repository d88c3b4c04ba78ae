namespace SocketIo.Protocol;

/// <summary>The arguments of an event or ack that is about to be written.</summary>
internal interface IEventArguments
{
    int Count { get; }

    void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter;

    /// <summary>The arguments boxed, for what must outlive the call.</summary>
    object?[] ToArray();
}
