namespace SocketIo.Protocol;

internal sealed class ReadOnlyMemoryConverter : BinaryConverter<ReadOnlyMemory<byte>>
{
    protected override ReadOnlyMemory<byte> Wrap(byte[] data) => data;

    protected override ReadOnlyMemory<byte> Unwrap(ReadOnlyMemory<byte> value) => value;
}
