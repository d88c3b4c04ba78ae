namespace SocketIo.Protocol;

/// <summary>
/// Takes the arguments of an event or ack one by one: the half of a <see cref="PacketParser"/> that writes values. Implemented by
/// structs, so that no call is virtual and no value boxed.
/// </summary>
public interface IArgumentWriter
{
    /// <summary>Writes the next argument: of static type object by its run-time type, any other by <typeparamref name="T"/>.</summary>
    void Write<T>(T value);
}
