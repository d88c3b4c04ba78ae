namespace SocketIo.Protocol;

internal sealed class ArraySegmentConverter : BinaryConverter<ArraySegment<byte>>
{
    protected override ArraySegment<byte> Wrap(byte[] data) => data;

    protected override ReadOnlyMemory<byte> Unwrap(ArraySegment<byte> value) => value;
}
