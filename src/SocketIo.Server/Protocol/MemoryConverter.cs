namespace SocketIo.Protocol;

internal sealed class MemoryConverter : BinaryConverter<Memory<byte>>
{
    protected override Memory<byte> Wrap(byte[] data) => data;

    protected override ReadOnlyMemory<byte> Unwrap(Memory<byte> value) => value;
}
