namespace SocketIo.MessagePack;

/// <summary>A value that JSON cannot hold, and where in the JSON text a null stands for it.</summary>
/// <param name="Position">Where the null starts.</param>
/// <param name="Binary">The bytes, unless it is a date.</param>
/// <param name="Date">Milliseconds since 1970, of a date.</param>
internal readonly record struct CollectedValue(long Position, ReadOnlyMemory<byte> Binary, long? Date);
