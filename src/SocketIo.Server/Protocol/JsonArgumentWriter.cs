namespace SocketIo.Protocol;

internal struct JsonArgumentWriter(ArgumentSerializer values, JsonPacketWriter packet) : IArgumentWriter
{
    private readonly ArgumentSerializer _values = values;
    private readonly JsonPacketWriter _packet = packet;

    /// <summary>How many arguments were begun.</summary>
    public int Count { get; private set; }

    public void Write<T>(T value)
    {
        Count++;
        _values.Write(_packet.Json, value, _packet);
    }
}
