using System.Text.Json;
using SocketIo.Cluster;

namespace SocketIo.Protocol;

/// <summary>Events and values as servers tell them to each other, whatever the parser of the clients.</summary>
internal sealed class PeerFormat(JsonSerializerOptions options)
{
    // The arguments stand in an array of their own in front of this: packet type, count of attachments.
    private const string NoNamespace = "/";

    private readonly JsonPacketParser _parser = new(options);
    private readonly ArgumentSerializer _values = new(options);

    /// <summary>Writes an event, <c>["name", arguments...]</c>. Binary data is copied: the application may change it afterwards.</summary>
    public PacketData WriteEvent<TArgs>(string eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
    {
        ReservedEvents.ThrowIfReserved(eventName);
        using var packet = PacketBuffer.Rent();
        _parser.WriteEvent(packet.Buffer, NoNamespace, eventName, args, PacketHeader.NoId);
        return Take(packet.Buffer, packet.Buffer.Written.IndexOf((byte)'['), packet.Buffer.Length);
    }

    /// <summary>Writes the first of several values; empty when there is none.</summary>
    public PacketData WriteFirst<TArgs>(in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
    {
        using var packet = PacketBuffer.Rent();
        _parser.WriteAck(packet.Buffer, NoNamespace, 0, args);
        var start = packet.Buffer.Written.IndexOf((byte)'[') + 1;
        var reader = new Utf8JsonReader(packet.Buffer.Written[(start - 1)..], new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        reader.Read();
        if (reader.TokenType is JsonTokenType.EndArray)
            return default;
        reader.Skip();
        return Take(packet.Buffer, start, start - 1 + (int)reader.BytesConsumed);
    }

    /// <summary>Writes an object. Members that can't be written are left out.</summary>
    public PacketData WriteObject(IEnumerable<KeyValuePair<string, object?>> members)
    {
        var written = new List<(string, PeerValue)>();
        foreach (var (name, value) in members)
        {
            try
            {
                written.Add((name, new PeerValue(WriteFirst(new Args<object?>(value)))));
            }
            catch (Exception)
            {
                // whatever the value's own code throws: others can do without it
            }
        }
        return WriteFirst(new Args<PeerObject>(new PeerObject(written)));
    }

    /// <summary>The members of an object that another server told; none when it is no object.</summary>
    public static IEnumerable<(string Name, PacketData Value)> ReadObject(PacketData data)
    {
        var members = new List<(string, PacketData)>();
        if (data.IsEmpty)
            return members;
        var reader = new Utf8JsonReader(data.Json.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        if (reader.TokenType is not JsonTokenType.StartObject)
            return members;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add((name, data.Slice(start..(int)reader.BytesConsumed)));
        }
        return members;
    }

    /// <summary>The arguments of an event that another server emitted.</summary>
    public ArgumentReader OpenEvent(in PacketData data) => _parser.OpenEvent(data.Json.Span, HeaderOf(PacketType.Event, data), Attached(data));

    /// <summary>A value of another server as the arguments of an acknowledgement.</summary>
    public ArgumentReader OpenValue(in PacketData data)
    {
        byte[] array = [(byte)'[', .. data.Json.Span, (byte)']'];
        return _parser.OpenAck(array, HeaderOf(PacketType.Ack, data), Attached(data));
    }

    /// <summary>Reads a value of another server.</summary>
    /// <exception cref="JsonException">It does not convert. Converters and constructors of the user may throw others.</exception>
    public T? Read<T>(in PacketData data) => _values.Read<T>(data.Json.Span, Attached(data), out _);

    private static PacketHeader HeaderOf(PacketType type, in PacketData data) => new(type, data.Attachments.Length, default, PacketHeader.NoId, 0);

    private static byte[][] Attached(in PacketData data)
    {
        var attachments = new byte[data.Attachments.Length][];
        for (var i = 0; i < attachments.Length; i++)
            attachments[i] = data.Attachments[i].ToArray();
        return attachments;
    }

    private static PacketData Take(PacketBuffer buffer, int start, int end)
    {
        var attachments = new ReadOnlyMemory<byte>[buffer.Attachments.Length];
        for (var i = 0; i < attachments.Length; i++)
            attachments[i] = buffer.Attachments[i].ToArray();
        return new PacketData(buffer.Written[start..end].ToArray(), attachments.Length == 0 ? null : attachments);
    }
}
