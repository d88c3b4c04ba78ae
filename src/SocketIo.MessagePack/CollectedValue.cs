namespace SocketIo.MessagePack;

/// <summary>A value that JSON cannot hold, and where in the JSON text a null stands for it.</summary>
/// <param name="Position">Where the null starts.</param>
/// <param name="Kind">Binary, a date, or a float.</param>
/// <param name="Binary">The bytes.</param>
/// <param name="Bits">Milliseconds since 1970 of a date; a float's bits, those of a double.</param>
internal readonly record struct CollectedValue(long Position, MessagePackKind Kind, ReadOnlyMemory<byte> Binary = default, long Bits = 0);
