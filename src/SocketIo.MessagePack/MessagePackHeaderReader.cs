using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>Reads and checks a packet: one map with type, nsp, data and perhaps id, in any order. Other keys are left out.</summary>
internal ref struct MessagePackHeaderReader
{
    public const string InvalidUtf8 = "invalid utf-8";

    // Number.MAX_SAFE_INTEGER: a JavaScript peer cannot tell larger ids apart.
    private const long MaxAckId = (1L << 53) - 1;

    private const string InvalidPayload = "invalid payload";

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _maxDepth;
    private MessagePackReader _reader;
    private MessagePackToken _type;
    private MessagePackToken _namespace;
    private MessagePackToken _id = new(MessagePackKind.Undefined);
    private MessagePackToken _data = new(MessagePackKind.Undefined);
    private int _dataStart;

    private MessagePackHeaderReader(ReadOnlySpan<byte> packet, int maxDepth)
    {
        _packet = packet;
        _maxDepth = maxDepth;
        _reader = new MessagePackReader(packet);
    }

    public static bool TryRead(ReadOnlySpan<byte> packet, in PacketLimits limits, int maxDepth, out PacketHeader header, out string? error)
    {
        header = default;
        var reader = new MessagePackHeaderReader(packet, maxDepth);
        error = reader.ReadMap() ?? reader.Check(limits, ref header);
        return error is null;
    }

    private string? ReadMap()
    {
        if (_reader.TryRead(out var map) is not MessagePackStatus.Ok || map.Kind is not MessagePackKind.Map)
            return InvalidPayload;
        for (var i = 0; i < map.Length; i++)
        {
            if (ReadPair() is { } error)
                return error;
        }
        return _reader.IsAtEnd ? null : InvalidPayload;
    }

    private string? ReadPair()
    {
        if (_reader.TryRead(out var key) is not MessagePackStatus.Ok || key.Kind is not MessagePackKind.String)
            return InvalidPayload;

        var start = _reader.Position;
        var value = _reader;
        value.TryRead(out var token);
        var status = MessagePackValidator.Check(ref _reader, _maxDepth);
        if (status is not MessagePackStatus.Ok)
            return Describe(status);
        Keep(_reader.BytesOf(key), token, start);
        return null;
    }

    private readonly string Describe(MessagePackStatus status) => status switch
    {
        MessagePackStatus.InvalidUtf8 => InvalidUtf8,
        MessagePackStatus.TooDeep => $"nested deeper than {_maxDepth} ({nameof(SocketIoOptions.Json)}.{nameof(JsonSerializerOptions.MaxDepth)})",
        _ => InvalidPayload,
    };

    // Of a repeated key the last one counts, as in JavaScript.
    private void Keep(ReadOnlySpan<byte> key, in MessagePackToken value, int start)
    {
        if (key.SequenceEqual("type"u8))
            _type = value;
        else if (key.SequenceEqual("nsp"u8))
            _namespace = value;
        else if (key.SequenceEqual("id"u8))
            _id = value;
        else if (key.SequenceEqual("data"u8))
            (_data, _dataStart) = (value, start);
    }

    private readonly string? Check(in PacketLimits limits, ref PacketHeader header)
    {
        if (_type is not { Kind: MessagePackKind.Integer, Integer: >= (int)PacketType.Connect and <= (int)PacketType.ConnectError })
            return "unknown packet type";
        if (_namespace is not { Kind: MessagePackKind.String, Length: > 0 })
            return "illegal namespace";
        if (!TryGetId(out var id))
            return "an ack id that is no integer from 0 to 2^53-1";
        var type = (PacketType)_type.Integer;
        if (!IsLegalData(type))
            return InvalidPayload;

        if (type is PacketType.Event && _data.Length - 1 > limits.MaxArguments || type is PacketType.Ack && _data.Length > limits.MaxArguments)
            return limits.TooManyArguments;

        var hasData = _data.Kind is not MessagePackKind.Undefined;
        header = new PacketHeader(
            type, 0, _namespace.Start..(_namespace.Start + _namespace.Length), id, hasData ? _dataStart : _packet.Length);
        return null;
    }

    private readonly bool TryGetId(out long id)
    {
        id = _id.Kind is MessagePackKind.Undefined ? PacketHeader.NoId : _id.Integer;
        return _id.Kind is MessagePackKind.Undefined
            || _id is { Kind: MessagePackKind.Integer, Integer: >= 0 and <= MaxAckId };
    }

    private readonly bool IsLegalData(PacketType type) => type switch
    {
        PacketType.Connect => _data.Kind is MessagePackKind.Undefined or MessagePackKind.Map,
        PacketType.Disconnect => _data.Kind is MessagePackKind.Undefined,
        PacketType.ConnectError => _data.Kind is MessagePackKind.String or MessagePackKind.Map,
        PacketType.Ack => _data.Kind is MessagePackKind.Array,
        _ => _data is { Kind: MessagePackKind.Array, Length: > 0 } && HasLegalName(),
    };

    private readonly bool HasLegalName()
    {
        var reader = new MessagePackReader(_packet, _dataStart);
        reader.TryRead(out _);
        reader.TryRead(out var name);
        return name.Kind is MessagePackKind.String
            ? !ReservedEvents.Contains(reader.BytesOf(name))
            : name.Kind is MessagePackKind.Integer;
    }
}
