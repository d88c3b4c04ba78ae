namespace SocketIo.Protocol;

internal sealed class ByteArrayConverter : BinaryConverter<byte[]>
{
    protected override byte[] Wrap(byte[] data) => data;

    protected override ReadOnlyMemory<byte> Unwrap(byte[] value) => value;
}
