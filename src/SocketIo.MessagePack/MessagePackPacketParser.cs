using System.Globalization;
using System.Text;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>The wire format of socket.io-msgpack-parser: one binary message for each packet, binary data inside.</summary>
public sealed class MessagePackPacketParser : PacketParser
{
    private readonly MessagePackValues _values;

    /// <summary>Makes a parser, to be wrapped by another one: a server takes it by <c>AddMessagePack</c>.</summary>
    /// <param name="options">How values that are not plain become JSON, which is transcoded; copied.</param>
    public MessagePackPacketParser(JsonSerializerOptions options) => _values = new MessagePackValues(options);

    /// <inheritdoc />
    public override bool IsBinary => true;

    /// <inheritdoc />
    public override bool CanRead(Type type) => _values.CanRead(type);

    /// <inheritdoc />
    public override bool CanWrite(Type type) => _values.CanWrite(type);

    /// <inheritdoc />
    public override bool TryReadHeader(ref ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header, out string? error)
    {
        if (MessagePackHeaderReader.TryRead(packet, limits, _values.MaxDepth, out header, out error))
            return true;
        if (error != MessagePackHeaderReader.InvalidUtf8)
            return false;
        packet = MessagePackSurrogates.Replace(packet);
        return MessagePackHeaderReader.TryRead(packet, limits, _values.MaxDepth, out header, out error);
    }

    /// <inheritdoc />
    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header)
    {
        if (header.PayloadStart == packet.Length)
            return default;
        var reader = new MessagePackReader(packet, header.PayloadStart);
        return _values.Read<JsonElement>(ref reader);
    }

    /// <inheritdoc />
    public override ArgumentReader OpenEvent(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments)
    {
        var reader = new MessagePackReader(packet, header.PayloadStart);
        reader.TryRead(out var data);
        reader.TryRead(out var token);
        var name = token.Kind is MessagePackKind.String
            ? packet.Slice(token.Start, token.Length)
            : Encoding.UTF8.GetBytes(token.Integer.ToString(CultureInfo.InvariantCulture));
        return Open(new ArgumentReader(this, packet, name, attachments), reader.Position, data.Length - 1);
    }

    /// <inheritdoc />
    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments)
    {
        var reader = new MessagePackReader(packet, header.PayloadStart);
        reader.TryRead(out var data);
        return Open(new ArgumentReader(this, packet, default, attachments), reader.Position, data.Length);
    }

    /// <inheritdoc />
    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default
    {
        var reader = new MessagePackReader(arguments.Packet, arguments.Position);
        var value = _values.Read<T>(ref reader);
        Advance(ref arguments, reader.Position);
        return value;
    }

    /// <inheritdoc />
    public override void SkipArgument(scoped ref ArgumentReader arguments)
    {
        var reader = new MessagePackReader(arguments.Packet, arguments.Position);
        reader.Skip();
        Advance(ref arguments, reader.Position);
    }

    /// <inheritdoc />
    public override void WriteEvent<TArgs>(PacketBuffer output, string namespaceName, string eventName, in TArgs args, long ackId) =>
        WriteArray(output, PacketType.Event, namespaceName, eventName, ackId, args);

    /// <inheritdoc />
    public override void WriteAck<TArgs>(PacketBuffer output, string namespaceName, long ackId, in TArgs args) =>
        WriteArray(output, PacketType.Ack, namespaceName, null, ackId, args);

    /// <inheritdoc />
    public override void WriteConnect(PacketBuffer output, string namespaceName, string? sid, string? pid)
    {
        var packet = MessagePackPacketWriter.Begin(output, sid is null ? 2 : 3, PacketType.Connect);
        if (sid is not null)
            WriteIds(packet.Writer, sid, pid);
        packet.End(namespaceName);
    }

    /// <inheritdoc />
    public override void WriteConnectError(PacketBuffer output, string namespaceName, string? message, object? data)
    {
        var packet = MessagePackPacketWriter.Begin(output, 3, PacketType.ConnectError);
        try
        {
            packet.Writer.WriteText("data"u8);
            if (message is null)
                _values.Write(packet, data!);
            else
                WriteError(packet, message, data);
            packet.End(namespaceName);
        }
        catch
        {
            packet.Return();
            throw;
        }
    }

    /// <inheritdoc />
    public override void WriteDisconnect(PacketBuffer output, string namespaceName) =>
        MessagePackPacketWriter.Begin(output, 2, PacketType.Disconnect).End(namespaceName);

    private void WriteArray<TArgs>(PacketBuffer output, PacketType type, string namespaceName, string? eventName, long ackId, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var hasId = ackId != PacketHeader.NoId;
        var packet = MessagePackPacketWriter.Begin(output, hasId ? 4 : 3, type);
        try
        {
            packet.Writer.WriteText("data"u8);
            packet.Writer.WriteArrayHead(eventName is null ? args.Count : args.Count + 1);
            if (eventName is not null)
                packet.Writer.Write(eventName);
            var writer = new MessagePackArgumentWriter(_values, packet);
            args.WriteTo(ref writer);
            if (hasId)
            {
                packet.Writer.WriteText("id"u8);
                packet.Writer.Write(ackId);
            }
            packet.End(namespaceName);
        }
        catch
        {
            packet.Return();
            throw;
        }
    }

    private static void WriteIds(MessagePackWriter writer, string sid, string? pid)
    {
        writer.WriteText("data"u8);
        writer.WriteMapHead(pid is null ? 1 : 2);
        writer.WriteText("sid"u8);
        writer.Write(sid);
        if (pid is null)
            return;
        writer.WriteText("pid"u8);
        writer.Write(pid);
    }

    // The reader's state is how many arguments are left.
    private static ArgumentReader Open(ArgumentReader arguments, int position, int count)
    {
        arguments.State = count;
        arguments.MoveTo(position, hasMore: count > 0);
        return arguments;
    }

    private static void Advance(scoped ref ArgumentReader arguments, int position) =>
        arguments.MoveTo(position, hasMore: --arguments.State > 0);

    private void WriteError(MessagePackPacketWriter packet, string message, object? data)
    {
        packet.Writer.WriteMapHead(data is null ? 1 : 2);
        packet.Writer.WriteText("message"u8);
        packet.Writer.Write(message);
        if (data is null)
            return;
        packet.Writer.WriteText("data"u8);
        _values.Write(packet, data);
    }
}
