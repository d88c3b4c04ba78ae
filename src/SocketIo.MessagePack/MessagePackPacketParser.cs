using System.Globalization;
using System.Text;
using System.Text.Json;
using SocketIo.Engine.Sessions;
using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>The wire format of socket.io-msgpack-parser: one binary message for each packet, binary data inside.</summary>
internal sealed class MessagePackPacketParser : PacketParser
{
    private readonly MessagePackValues _values;

    /// <param name="options">How values that are not plain become JSON, which is transcoded; copied.</param>
    public MessagePackPacketParser(JsonSerializerOptions options) => _values = new MessagePackValues(options);

    public override bool IsBinary => true;

    public override bool TryReadHeader(ReadOnlySpan<byte> packet, int maxAttachments, out PacketHeader header, out string? error) =>
        MessagePackHeaderReader.TryRead(packet, out header, out error);

    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header)
    {
        if (header.PayloadStart == packet.Length)
            return default;
        var reader = new MessagePackReader(packet, header.PayloadStart);
        return _values.Read<JsonElement>(ref reader);
    }

    public override ArgumentReader OpenEvent(
        ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments, out ReadOnlySpan<byte> name)
    {
        var reader = new MessagePackReader(packet, header.PayloadStart);
        reader.TryRead(out var data);
        reader.TryRead(out var token);
        name = token.Kind is MessagePackKind.String
            ? packet.Slice(token.Start, token.Length)
            : Encoding.UTF8.GetBytes(token.Integer.ToString(CultureInfo.InvariantCulture));
        return Open(new ArgumentReader(this, packet, name, attachments), reader.Position, data.Length - 1);
    }

    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments)
    {
        var reader = new MessagePackReader(packet, header.PayloadStart);
        reader.TryRead(out var data);
        return Open(new ArgumentReader(this, packet, default, attachments), reader.Position, data.Length);
    }

    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default
    {
        var reader = new MessagePackReader(arguments.Packet, arguments.Position);
        var value = _values.Read<T>(ref reader);
        Advance(ref arguments, reader.Position);
        return value;
    }

    public override void SkipArgument(scoped ref ArgumentReader arguments)
    {
        var reader = new MessagePackReader(arguments.Packet, arguments.Position);
        reader.Skip();
        Advance(ref arguments, reader.Position);
    }

    public override Frame WriteEvent<TArgs>(string namespaceName, string eventName, in TArgs args, long ackId) =>
        WriteArray(PacketType.Event, namespaceName, eventName, ackId, args);

    public override Frame WriteAck<TArgs>(string namespaceName, long ackId, in TArgs args) =>
        WriteArray(PacketType.Ack, namespaceName, null, ackId, args);

    public override Frame WriteConnect(string namespaceName, string? sid, string? pid)
    {
        if (sid is null)
            return MessagePackPacketWriter.Begin(2, PacketType.Connect).Build(namespaceName);
        var packet = MessagePackPacketWriter.Begin(3, PacketType.Connect);
        packet.Buffer.WriteText("data"u8);
        packet.Buffer.WriteMapHead(pid is null ? 1 : 2);
        packet.Buffer.WriteText("sid"u8);
        packet.Buffer.Write(sid);
        if (pid is not null)
        {
            packet.Buffer.WriteText("pid"u8);
            packet.Buffer.Write(pid);
        }
        return packet.Build(namespaceName);
    }

    public override Frame WriteConnectError(string namespaceName, string? message, object? data)
    {
        var packet = MessagePackPacketWriter.Begin(3, PacketType.ConnectError);
        try
        {
            packet.Buffer.WriteText("data"u8);
            if (message is null)
                _values.Write(packet, data!);
            else
                WriteError(packet, message, data);
            return packet.Build(namespaceName);
        }
        catch
        {
            packet.Return();
            throw;
        }
    }

    public override Frame WriteDisconnect(string namespaceName) =>
        MessagePackPacketWriter.Begin(2, PacketType.Disconnect).Build(namespaceName);

    private Frame WriteArray<TArgs>(PacketType type, string namespaceName, string? eventName, long ackId, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var hasId = ackId != PacketHeader.NoId;
        var packet = MessagePackPacketWriter.Begin(hasId ? 4 : 3, type);
        try
        {
            packet.Buffer.WriteText("data"u8);
            packet.Buffer.WriteArrayHead(eventName is null ? args.Count : args.Count + 1);
            if (eventName is not null)
                packet.Buffer.Write(eventName);
            var writer = new MessagePackArgumentWriter(_values, packet);
            args.WriteTo(ref writer);
            if (hasId)
            {
                packet.Buffer.WriteText("id"u8);
                packet.Buffer.Write(ackId);
            }
            return packet.Build(namespaceName);
        }
        catch
        {
            packet.Return();
            throw;
        }
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
        packet.Buffer.WriteMapHead(data is null ? 1 : 2);
        packet.Buffer.WriteText("message"u8);
        packet.Buffer.Write(message);
        if (data is null)
            return;
        packet.Buffer.WriteText("data"u8);
        _values.Write(packet, data);
    }
}
