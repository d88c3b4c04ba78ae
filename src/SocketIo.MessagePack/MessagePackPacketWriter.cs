using System.Runtime.InteropServices;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>
/// One packet while it is written. Reused per thread; a packet that is written inside another one (from a converter or a
/// property) gets a writer of its own.
/// </summary>
internal sealed class MessagePackPacketWriter : IBinaryCollector
{
    [ThreadStatic]
    private static MessagePackPacketWriter? _cached;

    // Whose value is being serialised on this thread.
    [ThreadStatic]
    private static MessagePackPacketWriter? _serializing;

    private readonly List<CollectedValue> _collected = [];
    private PacketBuffer _output = null!;
    private JsonScratch? _scratch;

    private MessagePackPacketWriter()
    {
    }

    public MessagePackWriter Writer => new(_output);

    /// <summary>A writer behind the type of a packet that is a map of so many pairs; the last one is the namespace.</summary>
    public static MessagePackPacketWriter Begin(PacketBuffer output, int pairs, PacketType type)
    {
        var packet = _cached ?? new MessagePackPacketWriter();
        _cached = null;
        packet._output = output;
        packet.Writer.WriteMapHead(pairs);
        packet.Writer.WriteText("type"u8);
        packet.Writer.Write((long)type);
        return packet;
    }

    /// <summary>The packet that <paramref name="json"/> writes a value of; null for a writer that a converter made itself.</summary>
    public static MessagePackPacketWriter? Of(Utf8JsonWriter json) =>
        _serializing is { } packet && ReferenceEquals(packet._scratch?.Json, json) ? packet : null;

    /// <summary>Serialises a value as the options of <paramref name="values"/> say.</summary>
    public void WriteByJson<T>(ArgumentSerializer values, T value)
    {
        var outer = _serializing;
        _serializing = this;
        _scratch = JsonScratch.Rent();
        try
        {
            values.Write(_scratch.Json, value, this);
            MessagePackFromJson.Write(_scratch.Finish(), CollectionsMarshal.AsSpan(_collected), Writer);
        }
        finally
        {
            _serializing = outer;
            _collected.Clear();
            _scratch.Return();
            _scratch = null;
        }
    }

    public void Write(Utf8JsonWriter json, ReadOnlyMemory<byte> data) => Collect(new(PositionOfNull(), MessagePackKind.Binary, data));

    /// <summary>Writes what stands for a date.</summary>
    public void WriteDate(DateTimeOffset date) => Collect(new(PositionOfNull(), MessagePackKind.Date, Bits: date.ToUnixTimeMilliseconds()));

    /// <summary>Writes what stands for NaN or an infinity.</summary>
    public void WriteNonFinite(double number) =>
        Collect(new(PositionOfNull(), MessagePackKind.Float, Bits: BitConverter.DoubleToInt64Bits(number)));

    /// <summary>Completes the packet.</summary>
    public void End(string namespaceName)
    {
        Writer.WriteText("nsp"u8);
        Writer.Write(namespaceName);
        Return();
    }

    /// <summary>Gives the writer back: when what was to be written failed, too.</summary>
    public void Return() => _cached = this;

    private long PositionOfNull()
    {
        _scratch!.Json.WriteNullValue();
        return _scratch.Position - "null"u8.Length;
    }

    private void Collect(in CollectedValue value) => _collected.Add(value);
}
