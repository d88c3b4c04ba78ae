using System.Buffers;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;

namespace SocketIo.Redis.Classic;

/// <summary>
/// Messages in the format of the JavaScript adapter for Redis pub/sub: broadcasts are MessagePack, requests and answers JSON unless
/// they carry packets. Answers have the member "uid" besides, which tells .NET nodes who has answered.
/// </summary>
internal static class ClassicFormat
{
    // the type of an event in the Socket.IO protocol, also with binary data
    private const long Event = 2;

    [ThreadStatic]
    private static MessagePackBuffer? _buffer;

    /// <summary>An event for clients: an array of the sender, the packet and the options.</summary>
    public static void WriteBroadcast(ClusterMessage message, IBufferWriter<byte> output)
    {
        var buffer = Rent();
        var writer = new MessagePackMessageWriter(message, buffer, MessagePackFlavor.Notepack);
        buffer.WriteArrayHead(3);
        buffer.Write(message.Sender);
        WritePacket(message, buffer, writer);
        writer.OptionsValue();
        output.Write(buffer.Written);
    }

    /// <summary>A request, or an answer, or what has no other form.</summary>
    public static void WriteRequest(ClusterMessage message, IBufferWriter<byte> output)
    {
        switch (message.Type)
        {
            case MessageType.Broadcast:
                WriteBroadcastRequest(message, output);
                break;
            case MessageType.BroadcastAck:
                WriteAck(message, output);
                break;
            default:
                WriteJson(message, output);
                break;
        }
    }

    /// <summary>The answer to a request of an old form: the sockets' ids, the rooms, or nothing but that it was done.</summary>
    public static void WriteOldAnswer(string requestId, ReadOnlySpan<byte> member, IEnumerable<string> names, IBufferWriter<byte> output)
    {
        var json = new Utf8Output(output);
        json.Raw("{\"requestId\":"u8);
        json.Text(requestId);
        if (!member.IsEmpty)
        {
            json.Raw(",\""u8);
            json.Raw(member);
            json.Raw("\":"u8);
            json.Names(RoomNames.Create([.. names]));
        }
        json.Raw("}"u8);
    }

    /// <summary>Reads a broadcast. Never throws.</summary>
    public static bool TryReadBroadcast(ReadOnlyMemory<byte> bytes, out ClusterMessage? message, out string? error)
    {
        message = null;
        return ClusterMessagePack.TryReadValue(bytes, out var value, out error)
            && JsonMessageReader.TryReadClassicBroadcast(value, out message, out error);
    }

    /// <summary>Reads a request. Never throws.</summary>
    /// <param name="bytes">JSON or MessagePack; must not change any more.</param>
    /// <param name="namespaceName">The namespace of the channel.</param>
    /// <param name="parts">What only this format has.</param>
    /// <param name="message">The request; null for types that nobody knows.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryReadRequest(
        ReadOnlyMemory<byte> bytes, string namespaceName, out ClassicParts parts, out ClusterMessage? message, out string? error) =>
        TryRead(bytes, namespaceName, RequestType, out parts, out message, out error);

    /// <summary>Reads an answer. Never throws.</summary>
    public static bool TryReadAnswer(ReadOnlyMemory<byte> bytes, string namespaceName, out ClusterMessage? message, out string? error) =>
        TryRead(bytes, namespaceName, AnswerType, out _, out message, out error);

    private static bool TryRead(
        ReadOnlyMemory<byte> bytes, string namespaceName, Func<ClassicParts, MessageType> name,
        out ClassicParts parts, out ClusterMessage? message, out string? error)
    {
        (parts, message) = (default, null);
        var value = new PacketData(bytes);
        if (bytes is not { IsEmpty: false, Span: [(byte)'{', ..] } && !ClusterMessagePack.TryReadValue(bytes, out value, out error))
            return false;
        if (!JsonMessageReader.TryReadClassic(value, namespaceName, name, out parts, out message, out error))
            return false;
        return parts.Type != (int)ClassicType.Cluster || ClusterJson.TryRead(parts.Inner.Json, out message, out error);
    }

    private static MessageType RequestType(ClassicParts parts) => (ClassicType)parts.Type switch
    {
        ClassicType.Sockets or ClassicType.AllRooms or ClassicType.RemoteFetch => MessageType.FetchSockets,
        ClassicType.RemoteJoin => MessageType.SocketsJoin,
        ClassicType.RemoteLeave => MessageType.SocketsLeave,
        ClassicType.RemoteDisconnect => MessageType.DisconnectSockets,
        ClassicType.ServerSideEmit => MessageType.ServerSideEmit,
        ClassicType.Broadcast => MessageType.Broadcast,
        _ => default,
    };

    private static MessageType AnswerType(ClassicParts parts) => (ClassicType)parts.Type switch
    {
        ClassicType.ServerSideEmit => MessageType.ServerSideEmitResponse,
        ClassicType.BroadcastClientCount => MessageType.BroadcastClientCount,
        ClassicType.BroadcastAck => MessageType.BroadcastAck,
        _ => parts.HasSockets ? MessageType.FetchSocketsResponse : default,
    };

    private static void WriteBroadcastRequest(ClusterMessage message, IBufferWriter<byte> output)
    {
        var buffer = Rent();
        var writer = new MessagePackMessageWriter(message, buffer, MessagePackFlavor.Notepack);
        buffer.WriteMapHead(5);
        Text(buffer, "uid"u8, message.Sender);
        Text(buffer, "requestId"u8, message.RequestId!);
        Number(buffer, "type"u8, (long)ClassicType.Broadcast);
        buffer.WriteText("packet"u8);
        WritePacket(message, buffer, writer);
        buffer.WriteText("opts"u8);
        writer.OptionsValue();
        output.Write(buffer.Written);
    }

    private static void WriteAck(ClusterMessage message, IBufferWriter<byte> output)
    {
        var buffer = Rent();
        var writer = new MessagePackMessageWriter(message, buffer, MessagePackFlavor.Notepack);
        var (hasValue, hasSender, hasIds) = (!message.Data.IsEmpty, message.Sender.Length > 0, message.SocketIds.Count > 0);
        buffer.WriteMapHead(2 + (hasValue ? 1 : 0) + (hasSender ? 1 : 0) + (hasIds ? 1 : 0));
        Number(buffer, "type"u8, (long)ClassicType.BroadcastAck);
        Text(buffer, "requestId"u8, message.RequestId!);
        if (hasValue)
            writer.Value("packet"u8, message.Data);
        if (hasSender)
            Text(buffer, "uid"u8, message.Sender);
        if (hasIds)
            writer.Names("sids"u8, message.SocketIds);
        output.Write(buffer.Written);
    }

    private static void WritePacket(ClusterMessage message, MessagePackBuffer buffer, MessagePackMessageWriter writer)
    {
        buffer.WriteMapHead(3);
        Number(buffer, "type"u8, Event);
        writer.Value("data"u8, message.Data);
        Text(buffer, "nsp"u8, message.Namespace);
    }

    private static void Text(MessagePackBuffer buffer, ReadOnlySpan<byte> name, string value)
    {
        buffer.WriteText(name);
        buffer.Write(value);
    }

    private static void Number(MessagePackBuffer buffer, ReadOnlySpan<byte> name, long value)
    {
        buffer.WriteText(name);
        buffer.Write(value);
    }

    private static void WriteJson(ClusterMessage message, IBufferWriter<byte> output)
    {
        var json = new ClassicJsonWriter(message, output);
        switch (message.Type)
        {
            case MessageType.SocketsJoin:
                json.Change(ClassicType.RemoteJoin);
                break;
            case MessageType.SocketsLeave:
                json.Change(ClassicType.RemoteLeave);
                break;
            case MessageType.DisconnectSockets:
                json.Disconnect();
                break;
            case MessageType.FetchSockets:
                json.Fetch();
                break;
            case MessageType.FetchSocketsResponse:
                json.Sockets();
                break;
            case MessageType.ServerSideEmit:
                json.ServerSideEmit();
                break;
            case MessageType.ServerSideEmitResponse:
                json.ServerSideAnswer();
                break;
            case MessageType.BroadcastClientCount:
                json.ClientCount();
                break;
            default:
                json.Whole();
                break;
        }
    }

    // Nothing that is written calls back, so one buffer for each thread is enough.
    private static MessagePackBuffer Rent()
    {
        var buffer = _buffer ??= new MessagePackBuffer();
        buffer.Clear();
        return buffer;
    }
}
