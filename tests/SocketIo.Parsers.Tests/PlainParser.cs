using System.Buffers;
using System.Text;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.Parsers.Tests;

/// <summary>
/// A wire format as an application might write one, by public types only; tests/clients/plainParser.mjs is its other end:
/// type, namespace, id or nothing, and data as JSON, with spaces between.
/// </summary>
internal sealed class PlainParser : PacketParser
{
    public override bool TryReadHeader(ref ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header, out string? error)
    {
        header = default;
        error = "a malformed packet";
        Span<Range> parts = stackalloc Range[4];
        var text = Encoding.UTF8.GetString(packet);
        if (text.AsSpan().Split(parts, ' ') != 4 || !int.TryParse(text[parts[0]], out var type) || type is < 0 or > 4 || !text[parts[1]].StartsWith('/'))
            return false;
        if (!long.TryParse(text[parts[2]], out var id))
            id = PacketHeader.NoId;
        if (!IsLegal((PacketType)type, text[parts[3]]))
            return false;

        var start = Encoding.UTF8.GetByteCount(text[..parts[3].Start.Value]);
        var nameEnd = packet[2..].IndexOf((byte)' ') + 2;
        header = new PacketHeader((PacketType)type, 0, 2..nameEnd, id, start);
        error = null;
        return true;
    }

    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header) =>
        header.PayloadStart == packet.Length ? default : JsonSerializer.Deserialize<JsonElement>(header.PayloadOf(packet));

    public override ArgumentReader OpenEvent(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments)
    {
        var data = JsonSerializer.Deserialize<JsonElement>(header.PayloadOf(packet));
        var name = Encoding.UTF8.GetBytes(data[0].GetString()!);
        return Open(new ArgumentReader(this, packet, name, attachments), header.PayloadStart, data.GetArrayLength(), 1);
    }

    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments)
    {
        var count = JsonSerializer.Deserialize<JsonElement>(header.PayloadOf(packet)).GetArrayLength();
        return Open(new ArgumentReader(this, packet, default, attachments), header.PayloadStart, count, 0);
    }

    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default
    {
        var value = Data(arguments)[arguments.State];
        SkipArgument(ref arguments);
        return value.Deserialize<T>();
    }

    public override void SkipArgument(scoped ref ArgumentReader arguments)
    {
        arguments.State++;
        arguments.MoveTo(arguments.Position, arguments.State < Data(arguments).GetArrayLength());
    }

    public override void WriteEvent<TArgs>(PacketBuffer output, string namespaceName, string eventName, in TArgs args, long ackId) =>
        Write(output, PacketType.Event, namespaceName, ackId, Array(args, eventName));

    public override void WriteAck<TArgs>(PacketBuffer output, string namespaceName, long ackId, in TArgs args) =>
        Write(output, PacketType.Ack, namespaceName, ackId, Array(args, null));

    public override void WriteConnect(PacketBuffer output, string namespaceName, string? sid, string? pid) =>
        Write(output, PacketType.Connect, namespaceName, PacketHeader.NoId, JsonSerializer.Serialize(new { sid, pid }));

    public override void WriteConnectError(PacketBuffer output, string namespaceName, string? message, object? data) =>
        Write(output, PacketType.ConnectError, namespaceName, PacketHeader.NoId, JsonSerializer.Serialize(new { message, data }));

    public override void WriteDisconnect(PacketBuffer output, string namespaceName) =>
        Write(output, PacketType.Disconnect, namespaceName, PacketHeader.NoId, "");

    private static void Write(PacketBuffer output, PacketType type, string namespaceName, long id, string data) =>
        output.Write(Encoding.UTF8.GetBytes($"{(int)type} {namespaceName} {(id == PacketHeader.NoId ? "" : id)} {data}"));

    private static string Array<TArgs>(in TArgs args, string? eventName) where TArgs : struct, IEventArguments, allows ref struct
    {
        var writer = new Writer(eventName is null ? [] : [JsonSerializer.Serialize(eventName)]);
        args.WriteTo(ref writer);
        return $"[{string.Join(',', writer.Values)}]";
    }

    private static bool IsLegal(PacketType type, string data)
    {
        if (type is PacketType.Connect or PacketType.Disconnect && data.Length == 0)
            return true;
        try
        {
            var kind = JsonSerializer.Deserialize<JsonElement>(data).ValueKind;
            return kind == (type is PacketType.Event or PacketType.Ack ? JsonValueKind.Array : JsonValueKind.Object);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ArgumentReader Open(ArgumentReader arguments, int start, int count, int first)
    {
        arguments.State = first;
        arguments.MoveTo(start, first < count);
        return arguments;
    }

    private static JsonElement Data(scoped in ArgumentReader arguments) =>
        JsonSerializer.Deserialize<JsonElement>(arguments.Packet[arguments.Position..]);

    private readonly struct Writer(List<string> values) : IArgumentWriter
    {
        public List<string> Values => values;

        public void Write<T>(T value) => values.Add(JsonSerializer.Serialize(value));
    }
}
