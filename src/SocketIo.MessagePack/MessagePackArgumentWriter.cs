using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>Writes arguments: the plain types as they are, all others by way of JSON.</summary>
internal readonly struct MessagePackArgumentWriter(MessagePackValues values, MessagePackPacketWriter packet) : IArgumentWriter
{
    private readonly MessagePackValues _values = values;
    private readonly MessagePackPacketWriter _packet = packet;

    public void Write<T>(T value) => _values.Write(_packet, value);
}
