using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>
/// The default wire format, that of stock clients: a short text prefix and a JSON array, with binary data in messages of its own
/// (socket.io-protocol, revision 5).
/// </summary>
public sealed class JsonPacketParser : PacketParser
{
    private readonly ArgumentSerializer _values;

    /// <summary>Makes a parser, for a server or to be wrapped by another one.</summary>
    /// <param name="options">How arguments become JSON, as in <see cref="SocketIoOptions.Json"/>; copied.</param>
    public JsonPacketParser(JsonSerializerOptions options) => _values = new ArgumentSerializer(options);

    /// <inheritdoc />
    public override bool CanRead(Type type) => _values.CanRead(type);

    /// <inheritdoc />
    public override bool CanWrite(Type type) => _values.CanWrite(type);

    /// <inheritdoc />
    public override bool TryReadHeader(ref ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header, out string? error)
    {
        error = JsonHeaderReader.Read(packet, limits, out header)
            ?? PayloadValidator.Check(header, header.PayloadOf(packet), _values.ReaderOptions, limits);
        if (error is not null)
            return false;
        packet = JsonText.ReplaceLoneSurrogates(packet, header.PayloadStart);
        return true;
    }

    /// <inheritdoc />
    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header)
    {
        var payload = header.PayloadOf(packet);
        if (payload.IsEmpty)
            return default;
        var reader = new Utf8JsonReader(payload, _values.ReaderOptions);
        return JsonElement.ParseValue(ref reader);
    }

    /// <inheritdoc />
    public override ArgumentReader OpenEvent(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments)
    {
        var json = new Utf8JsonReader(header.PayloadOf(packet), _values.ReaderOptions);
        json.Read();
        json.Read();
        var name = json.ValueIsEscaped ? Unescape(json.ValueSpan) : json.ValueSpan;

        var arguments = new ArgumentReader(this, packet, name, attachments);
        MoveToValue(ref arguments, header.PayloadStart + (int)json.BytesConsumed);
        return arguments;
    }

    /// <inheritdoc />
    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments)
    {
        var arguments = new ArgumentReader(this, packet, default, attachments);
        if (header.PayloadStart == packet.Length)
            arguments.MoveTo(packet.Length, hasMore: false);
        else
            MoveToValue(ref arguments, header.PayloadStart + 1);
        return arguments;
    }

    /// <inheritdoc />
    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default
    {
        var value = _values.Read<T>(arguments.Packet[arguments.Position..], arguments.Attachments, out var length);
        MoveToValue(ref arguments, arguments.Position + length);
        return value;
    }

    /// <inheritdoc />
    public override void SkipArgument(scoped ref ArgumentReader arguments)
    {
        var json = new Utf8JsonReader(arguments.Packet[arguments.Position..], _values.ReaderOptions);
        json.Read();
        json.Skip();
        MoveToValue(ref arguments, arguments.Position + (int)json.BytesConsumed);
    }

    /// <inheritdoc />
    public override void WriteEvent<TArgs>(PacketBuffer output, string namespaceName, string eventName, in TArgs args, long ackId)
    {
        var packet = JsonPacketWriter.Begin(_values, output, PacketType.Event, namespaceName, ackId);
        WriteArray(packet, eventName, args, PacketType.BinaryEvent);
    }

    /// <inheritdoc />
    public override void WriteAck<TArgs>(PacketBuffer output, string namespaceName, long ackId, in TArgs args)
    {
        var packet = JsonPacketWriter.Begin(_values, output, PacketType.Ack, namespaceName, ackId);
        WriteArray(packet, null, args, PacketType.BinaryAck);
    }

    /// <inheritdoc />
    public override void WriteConnect(PacketBuffer output, string namespaceName, string? sid, string? pid)
    {
        var packet = JsonPacketWriter.Begin(_values, output, PacketType.Connect, namespaceName, PacketHeader.NoId);
        if (sid is not null)
            WriteIds(packet.Json, sid, pid);
        packet.End(PacketType.Connect);
    }

    /// <inheritdoc />
    public override void WriteConnectError(PacketBuffer output, string namespaceName, string? message, object? data)
    {
        var packet = JsonPacketWriter.Begin(_values, output, PacketType.ConnectError, namespaceName, PacketHeader.NoId);
        try
        {
            if (message is null)
                _values.Write(packet.Json, data!, null);
            else
                WriteError(packet.Json, message, data);
            packet.End(PacketType.ConnectError);
        }
        catch
        {
            packet.Return();
            throw;
        }
    }

    /// <inheritdoc />
    public override void WriteDisconnect(PacketBuffer output, string namespaceName) =>
        JsonPacketWriter.Begin(_values, output, PacketType.Disconnect, namespaceName, PacketHeader.NoId).End(PacketType.Disconnect);

    private static void WriteIds(Utf8JsonWriter json, string sid, string? pid)
    {
        json.WriteStartObject();
        json.WriteString("sid"u8, sid);
        if (pid is not null)
            json.WriteString("pid"u8, pid);
        json.WriteEndObject();
    }

    private void WriteError(Utf8JsonWriter json, string message, object? data)
    {
        json.WriteStartObject();
        json.WriteString("message"u8, message);
        if (data is not null)
        {
            json.WritePropertyName("data"u8);
            _values.Write(json, data, null);
        }
        json.WriteEndObject();
    }

    private void WriteArray<TArgs>(JsonPacketWriter packet, string? eventName, in TArgs args, PacketType binaryType)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var writer = new JsonArgumentWriter(_values, packet);
        try
        {
            packet.Json.WriteStartArray();
            if (eventName is not null)
                packet.Json.WriteStringValue(eventName);
            args.WriteTo(ref writer);
            packet.Json.WriteEndArray();
            packet.End(binaryType);
        }
        catch (Exception exception)
        {
            packet.Return();
            if (writer.Count == 0)
                throw;

            // converters and properties of the user run in here: whatever they throw is about this argument
            throw new NotSupportedException(FaultyArgument.Describe(eventName, writer.Count, exception.Message), exception);
        }
    }

    /// <summary>Moves over white space, comments and a comma to the next argument, or to the end of the array.</summary>
    private static void MoveToValue(scoped ref ArgumentReader arguments, int position)
    {
        var rest = arguments.Packet[position..];
        var value = rest.IndexOfAnyExcept(" \t\r\n,"u8);
        while (rest[value] == '/')
        {
            value += JsonText.CommentLength(rest[value..]);
            value += rest[value..].IndexOfAnyExcept(" \t\r\n,"u8);
        }
        arguments.MoveTo(position + value, rest[value] != ']');
    }

    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        var text = new byte[raw.Length];
        return text.AsSpan(0, JsonText.Unescape(raw, text));
    }
}
