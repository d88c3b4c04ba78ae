using System.Runtime.InteropServices;
using System.Text.Json;
using SocketIo.Engine.Sessions;
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

    private readonly List<CollectedValue> _collected = [];
    private JsonScratch? _scratch;

    private MessagePackPacketWriter()
    {
    }

    public MessagePackBuffer Buffer { get; } = new();

    /// <summary>Writes an argument that goes by way of JSON; live only while there is one.</summary>
    public Utf8JsonWriter Json => _scratch!.Json;

    /// <summary>A writer behind the type of a packet that is a map of so many pairs; the last one is the namespace.</summary>
    public static MessagePackPacketWriter Begin(int pairs, PacketType type)
    {
        var writer = _cached ?? new MessagePackPacketWriter();
        _cached = null;
        writer.Buffer.WriteMapHead(pairs);
        writer.Buffer.WriteText("type"u8);
        writer.Buffer.Write((long)type);
        return writer;
    }

    /// <summary>Serialises a value as the options of <paramref name="values"/> say.</summary>
    public void WriteByJson<T>(JsonValues values, T value)
    {
        _scratch = JsonScratch.Rent();
        var outer = Attachments.Collect(this);
        try
        {
            values.Write(Json, value);
            MessagePackFromJson.Write(_scratch.Finish(), CollectionsMarshal.AsSpan(_collected), Buffer);
        }
        finally
        {
            Attachments.Collect(outer);
            _collected.Clear();
            _scratch.Return();
            _scratch = null;
        }
    }

    public void Write(ReadOnlyMemory<byte> data) => Collect(data, null);

    /// <summary>Writes what stands for a date.</summary>
    public void WriteDate(DateTimeOffset date) => Collect(default, date.ToUnixTimeMilliseconds());

    public Frame Build(string namespaceName)
    {
        Buffer.WriteText("nsp"u8);
        Buffer.Write(namespaceName);
        var frame = Frame.OfBinary(Buffer.Written);
        Return();
        return frame;
    }

    /// <summary>Gives the writer back: when what was to be written failed, too.</summary>
    public void Return()
    {
        Buffer.Clear();
        _cached = this;
    }

    private void Collect(ReadOnlyMemory<byte> binary, long? date)
    {
        Json.WriteNullValue();
        _collected.Add(new CollectedValue(_scratch!.Position - "null"u8.Length, binary, date));
    }
}
