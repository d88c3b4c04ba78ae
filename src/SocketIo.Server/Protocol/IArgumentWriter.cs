namespace SocketIo.Protocol;

/// <summary>Takes the arguments of an event one by one. Implemented by structs, so that no call is virtual and no value boxed.</summary>
internal interface IArgumentWriter
{
    /// <summary>A value of static type object is written by its run-time type, any other by <typeparamref name="T"/>.</summary>
    void Write<T>(T value);
}
