using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SocketIo.Engine.Sessions;

namespace SocketIo.Protocol;

/// <summary>The default wire format: a short text prefix and a JSON array.</summary>
internal sealed class JsonPacketParser : PacketParser
{
    private readonly JsonSerializerOptions _options;
    private readonly JsonValues _values;

    /// <param name="options">Copied. A converter for binary data in them comes before ours, which make attachments.</param>
    public JsonPacketParser(JsonSerializerOptions options)
    {
        _options = Complete(options);
        _options.MakeReadOnly();
        _values = new JsonValues(_options);
    }

    /// <summary>
    /// Names in camel case as JavaScript has them, and no escapes but those JSON needs: a packet is never part of HTML.
    /// </summary>
    public static JsonSerializerOptions CreateDefaultOptions() => new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = DefaultResolver(),
    };

    /// <summary>A copy that knows the built-in types, and binary data as <see cref="Attachments"/> has it.</summary>
    public static JsonSerializerOptions Complete(JsonSerializerOptions options)
    {
        var copy = new JsonSerializerOptions(options)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(options.TypeInfoResolver ?? DefaultResolver(), BuiltInTypes.Default),
        };
        copy.Converters.Add(new ByteArrayConverter());
        copy.Converters.Add(new MemoryConverter());
        copy.Converters.Add(new ReadOnlyMemoryConverter());
        copy.Converters.Add(new ArraySegmentConverter());
        return copy;
    }

    public override bool TryReadHeader(
        ReadOnlySpan<byte> packet, int maxAttachments, out PacketHeader header, out string? error) =>
        JsonHeaderReader.TryRead(packet, maxAttachments, out header, out error);

    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header)
    {
        var payload = header.PayloadOf(packet);
        if (payload.IsEmpty)
            return default;
        var reader = new Utf8JsonReader(payload);
        return JsonElement.ParseValue(ref reader);
    }

    public override ArgumentReader OpenEvent(
        ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments, out ReadOnlySpan<byte> name)
    {
        var json = new Utf8JsonReader(header.PayloadOf(packet));
        json.Read();
        json.Read();
        name = json.ValueIsEscaped ? Unescape(json.ValueSpan) : json.ValueSpan;

        var arguments = new ArgumentReader(this, packet, name, attachments);
        MoveToValue(ref arguments, header.PayloadStart + (int)json.BytesConsumed);
        return arguments;
    }

    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments)
    {
        var arguments = new ArgumentReader(this, packet, default, attachments);
        if (header.PayloadStart == packet.Length)
            arguments.MoveTo(packet.Length, hasMore: false);
        else
            MoveToValue(ref arguments, header.PayloadStart + 1);
        return arguments;
    }

    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default
    {
        var value = _values.Read<T>(arguments.Packet[arguments.Position..], arguments.Attachments, out var length);
        MoveToValue(ref arguments, arguments.Position + length);
        return value;
    }

    public override void SkipArgument(scoped ref ArgumentReader arguments)
    {
        var json = new Utf8JsonReader(arguments.Packet[arguments.Position..]);
        json.Read();
        json.Skip();
        MoveToValue(ref arguments, arguments.Position + (int)json.BytesConsumed);
    }

    public override Frame WriteEvent<TArgs>(string namespaceName, string eventName, in TArgs args, long ackId)
    {
        var packet = JsonPacketWriter.Begin(_options.Encoder, PacketType.Event, namespaceName, ackId);
        return WriteArray(packet, eventName, args, PacketType.BinaryEvent);
    }

    public override Frame WriteAck<TArgs>(string namespaceName, long ackId, in TArgs args)
    {
        var packet = JsonPacketWriter.Begin(_options.Encoder, PacketType.Ack, namespaceName, ackId);
        return WriteArray(packet, null, args, PacketType.BinaryAck);
    }

    public override Frame WriteConnect(string namespaceName, string? sid, string? pid)
    {
        var packet = JsonPacketWriter.Begin(_options.Encoder, PacketType.Connect, namespaceName, PacketHeader.NoId);
        if (sid is null)
            return packet.Build(PacketType.Connect);
        packet.Json.WriteStartObject();
        packet.Json.WriteString("sid"u8, sid);
        if (pid is not null)
            packet.Json.WriteString("pid"u8, pid);
        packet.Json.WriteEndObject();
        return packet.Build(PacketType.Connect);
    }

    public override Frame WriteConnectError(string namespaceName, string? message, object? data)
    {
        var packet = JsonPacketWriter.Begin(_options.Encoder, PacketType.ConnectError, namespaceName, PacketHeader.NoId);
        try
        {
            if (message is null)
                _values.Write(packet.Json, data!);
            else
                WriteError(packet.Json, message, data);
            return packet.Build(PacketType.ConnectError);
        }
        catch
        {
            packet.Abandon();
            throw;
        }
    }

    public override Frame WriteDisconnect(string namespaceName) =>
        JsonPacketWriter.Begin(_options.Encoder, PacketType.Disconnect, namespaceName, PacketHeader.NoId)
            .Build(PacketType.Disconnect);

    private void WriteError(Utf8JsonWriter json, string message, object? data)
    {
        json.WriteStartObject();
        json.WriteString("message"u8, message);
        if (data is not null)
        {
            json.WritePropertyName("data"u8);
            _values.Write(json, data);
        }
        json.WriteEndObject();
    }

    private Frame WriteArray<TArgs>(JsonPacketWriter packet, string? eventName, in TArgs args, PacketType binaryType)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var outer = Attachments.Collect(packet);
        try
        {
            packet.Json.WriteStartArray();
            if (eventName is not null)
                packet.Json.WriteStringValue(eventName);
            var writer = new JsonArgumentWriter(_values, packet.Json);
            args.WriteTo(ref writer);
            packet.Json.WriteEndArray();
            return packet.Build(binaryType);
        }
        catch
        {
            packet.Abandon();
            throw;
        }
        finally
        {
            Attachments.Collect(outer);
        }
    }

    /// <summary>Moves over white space and a comma to the next argument, or to the end of the array.</summary>
    private static void MoveToValue(scoped ref ArgumentReader arguments, int position)
    {
        var rest = arguments.Packet[position..];
        var value = rest.IndexOfAnyExcept(" \t\r\n,"u8);
        arguments.MoveTo(position + value, rest[value] != ']');
    }

    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        var text = new byte[raw.Length];
        return text.AsSpan(0, JsonText.Unescape(raw, text));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the application left reflection on.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the application left reflection on.")]
    private static DefaultJsonTypeInfoResolver? DefaultResolver() =>
        JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : null;
}
