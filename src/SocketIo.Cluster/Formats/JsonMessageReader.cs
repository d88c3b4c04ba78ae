using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace SocketIo.Cluster.Formats;

/// <summary>
/// Reads and checks a cluster message from JSON with placeholders, which MessagePack has been made before. All of it is checked: what is
/// handed on can be framed for clients without another look. Members may come in any order; unknown ones are skipped.
/// </summary>
internal ref struct JsonMessageReader
{
    /// <summary>How deep a value may nest, as for what clients send, and the levels around it.</summary>
    public const int MaxDepth = 64 + 4;

    private const string NotJson = "no valid JSON";
    private const string NoObject = "a message that is no object";

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    private readonly PacketData _input;
    private Utf8JsonReader _json;

    private int _type;
    private string? _sender;
    private string? _namespace;
    private long _sequence;
    private long _ownNumber;
    private string? _after;
    private string? _requestId;
    private RoomNames _rooms;
    private RoomNames _except;
    private BroadcastFlags _flags;
    private RoomNames _roomsToChange;
    private RoomNames _socketIds;
    private bool _close;
    private int _clientCount;
    private RemoteSocketData[]? _sockets;

    // of the adapter for Redis pub/sub only
    private string? _socketId;
    private string? _room;
    private Range _inner;

    // Of a broadcast the whole packet, and the event in it.
    private Range _packet;
    private Range _event;
    private string? _packetNamespace;

    // Whether there are rooms, but none that can exist: the message is for nobody.
    private bool _isForNobody;

    private JsonMessageReader(in PacketData input)
    {
        _input = input;
        _json = new Utf8JsonReader(input.Json.Span, Options);
    }

    public static bool TryRead(in PacketData input, [NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error)
    {
        message = null;
        var reader = new JsonMessageReader(input);
        error = reader.Check(static (ref JsonMessageReader reader) => reader.Envelope());
        if (error is null)
            error = reader.Build(out message);
        return error is null;
    }

    public static bool TryReadData(
        in PacketData input, MessageType type, string sender, string namespaceName,
        [NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error)
    {
        message = null;
        var reader = new JsonMessageReader(input) { _type = (int)type, _sender = sender, _namespace = namespaceName };
        error = input.IsEmpty ? null : reader.Check(static (ref JsonMessageReader reader) => reader.Data());
        if (error is null)
            error = reader.Build(out message);
        return error is null;
    }

    /// <summary>Reads a broadcast of the adapter for Redis pub/sub, which is an array: the sender, the packet, the options.</summary>
    public static bool TryReadClassicBroadcast(
        in PacketData input, [NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error)
    {
        message = null;
        var reader = new JsonMessageReader(input) { _type = (int)MessageType.Broadcast };
        error = reader.Check(static (ref JsonMessageReader reader) => reader.ClassicBroadcast());
        // that is what the packet of the main namespace has in old versions
        reader._namespace = reader._packetNamespace ?? "/";
        if (error is null)
            error = reader.Build(out message);
        return error is null;
    }

    /// <summary>Reads a request or an answer of the adapter for Redis pub/sub, whose members stand at one level.</summary>
    /// <param name="input">The message.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="name">Says what the message is for; zero when that is not known.</param>
    /// <param name="parts">The members that other messages do not have.</param>
    /// <param name="message">The message; null when nobody knows what it is for.</param>
    /// <param name="error">What is wrong, in a few words; null when nothing is.</param>
    public static bool TryReadClassic(
        in PacketData input, string namespaceName, Func<ClassicParts, MessageType> name,
        out ClassicParts parts, out ClusterMessage? message, [NotNullWhen(false)] out string? error)
    {
        (message, parts) = (null, default);
        var reader = new JsonMessageReader(input) { _namespace = namespaceName };
        error = reader.Check(static (ref JsonMessageReader reader) => reader.Classic());
        if (error is not null)
            return false;
        parts = new ClassicParts(reader._type, reader._sockets is not null, reader._socketId, reader._room, reader.At(reader._inner));
        reader._type = (int)name(parts);
        if (reader._type != 0)
            error = reader.Build(out message);
        return error is null;
    }

    private delegate string? Part(ref JsonMessageReader reader);

    private string? Check(Part part)
    {
        // JSON readers look at the bytes of a string only when it is taken out
        if (!Utf8.IsValid(_input.Json.Span))
            return "invalid UTF-8";
        try
        {
            _json.Read();
            var error = part(ref this);
            while (error is null && _json.Read())
            {
            }
            return error;
        }
        catch (JsonException)
        {
            return NotJson;
        }
    }

    private string? Envelope()
    {
        if (_json.TokenType is not JsonTokenType.StartObject)
            return NoObject;
        while (NextMember())
        {
            if (Is("type"u8))
                _type = Number();
            else if (Is("uid"u8))
                _sender = Text();
            else if (Is("nsp"u8))
                _namespace = Text();
            else if (Is("seq"u8))
                _sequence = LongNumber();
            else if (Is("after"u8))
                _after = Text();
            else if (!Is("data"u8))
                SkipValue();
            else if (_json.Read() && Data() is { } error)
                return error;
        }
        return null;
    }

    private string? ClassicBroadcast()
    {
        if (_json.TokenType is not JsonTokenType.StartArray)
            return "a broadcast that is no array";
        _sender = Text();
        Packet();
        ReadOptions();
        while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
            _json.Skip();
        return null;
    }

    private string? Classic()
    {
        if (_json.TokenType is not JsonTokenType.StartObject)
            return NoObject;
        _type = -1;
        while (NextMember())
        {
            if (Is("type"u8))
                _type = Number();
            else if (Is("uid"u8))
                _sender = Text();
            else if (Is("data"u8))
                _packet = Value();
            else if (Is("sid"u8))
                _socketId = Text();
            else if (Is("room"u8))
                _room = Text();
            else if (Is("cluster"u8))
                _inner = Value();
            else if (Member() is { } error)
                return error;
        }
        return null;
    }

    private string? Data()
    {
        if (_json.TokenType is not JsonTokenType.StartObject)
            return "data that is no object";
        while (NextMember())
        {
            if (Member() is { } error)
                return error;
        }
        return null;
    }

    private string? Member()
    {
        if (Is("own"u8))
            _ownNumber = LongNumber();
        else if (Is("packet"u8))
            Packet();
        else if (Is("requestId"u8))
            _requestId = Text();
        else if (Is("opts"u8))
            ReadOptions();
        else if (Is("rooms"u8))
            _roomsToChange = Names(out _);
        else if (Is("sids"u8))
            _socketIds = Names(out _);
        else if (Is("close"u8))
            _close = Flag() ?? false;
        else if (Is("clientCount"u8))
            _clientCount = Number();
        else if (Is("timeout"u8))
            _flags = _flags with { Timeout = Time() };
        else if (!Is("sockets"u8))
            SkipValue();
        else
            return Sockets();
        return null;
    }

    private void Packet()
    {
        _json.Read();
        var start = (int)_json.TokenStartIndex;
        if (_json.TokenType is JsonTokenType.StartObject)
        {
            while (NextMember())
            {
                if (Is("data"u8))
                    _event = Value();
                else if (Is("nsp"u8))
                    _packetNamespace = Text();
                else
                    SkipValue();
            }
        }
        else
        {
            _json.Skip();
        }
        _packet = start..(int)_json.BytesConsumed;
    }

    private void ReadOptions()
    {
        if (!StartsObject())
            return;
        while (NextMember())
        {
            if (Is("rooms"u8))
                _rooms = Names(out _isForNobody);
            else if (Is("except"u8))
                _except = Names(out _);
            else if (Is("flags"u8))
                ReadFlags();
            else
                SkipValue();
        }
    }

    private void ReadFlags()
    {
        if (!StartsObject())
            return;
        while (NextMember())
        {
            if (Is("volatile"u8))
                _flags = _flags with { IsVolatile = Flag() ?? false };
            else if (Is("compress"u8))
                _flags = _flags with { Compress = Flag() };
            else if (Is("expectSingleResponse"u8))
                _flags = _flags with { ExpectsSingleResponse = Flag() ?? false };
            else if (Is("timeout"u8))
                _flags = _flags with { Timeout = Time() };
            else
                SkipValue();
        }
    }

    private string? Sockets()
    {
        _json.Read();
        if (_json.TokenType is not JsonTokenType.StartArray)
            return "sockets that are no array";
        var sockets = new List<RemoteSocketData>();
        while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            if (Socket() is not { } socket)
                return "a socket without id";
            sockets.Add(socket);
        }
        _sockets = [.. sockets];
        return null;
    }

    private RemoteSocketData? Socket()
    {
        // old nodes tell the ids only
        if (_json.TokenType is not JsonTokenType.StartObject)
            return ThisText() is { } only ? new RemoteSocketData { Id = only } : null;
        string? id = null;
        var handshake = default(Range);
        var data = default(Range);
        var rooms = default(RoomNames);
        while (NextMember())
        {
            if (Is("id"u8))
                id = Text();
            else if (Is("handshake"u8))
                handshake = Value();
            else if (Is("rooms"u8))
                rooms = Names(out _);
            else if (Is("data"u8))
                data = Value();
            else
                SkipValue();
        }
        return id is null ? null : new RemoteSocketData { Id = id, Handshake = ObjectAt(handshake), Rooms = rooms, Data = ObjectAt(data) };
    }

    private readonly string? Build(out ClusterMessage? message)
    {
        message = null;
        if (_type <= 0)
            return "a message without type";
        if (_isForNobody)
            return "rooms that are no texts";
        var type = (MessageType)_type;
        var isEvent = type is MessageType.Broadcast or MessageType.ServerSideEmit;
        var data = At(type is MessageType.Broadcast ? _event : _packet);
        if (isEvent && !IsEvent(data.Json.Span))
            return "an event without name";
        if (_requestId is null && type is MessageType.FetchSockets or (>= MessageType.FetchSocketsResponse and not MessageType.ServerSideEmit and <= MessageType.BroadcastAck) or MessageType.BroadcastAckLost or MessageType.SessionWanted or MessageType.SessionReleased)
            return "an answer without request";
        message = new ClusterMessage
        {
            Type = type,
            Sender = _sender ?? "",
            Namespace = _namespace ?? _packetNamespace ?? "",
            RequestId = _requestId,
            Rooms = _rooms,
            Except = _except,
            Flags = _flags,
            Data = data,
            RoomsToChange = _roomsToChange,
            Close = _close,
            ClientCount = _clientCount,
            Sockets = _sockets ?? [],
            SocketIds = _socketIds,
            Sequence = _sequence,
            OwnNumber = _ownNumber,
            After = _after,
        };
        return null;
    }

    // A name is text or, from JavaScript, a number.
    private static bool IsEvent(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return false;
        var reader = new Utf8JsonReader(json, Options);
        return reader.Read() && reader.TokenType is JsonTokenType.StartArray
            && reader.Read() && reader.TokenType is JsonTokenType.String or JsonTokenType.Number;
    }

    private readonly PacketData At(Range range) => range.End.Value == 0 ? default : _input.Slice(range);

    // What is no object is none.
    private readonly PacketData ObjectAt(Range range)
    {
        var value = At(range);
        return !value.IsEmpty && value.Json.Span[0] == '{' ? value : default;
    }

    private bool NextMember() => _json.Read() && _json.TokenType is JsonTokenType.PropertyName;

    private readonly bool Is(ReadOnlySpan<byte> name) => _json.ValueTextEquals(name);

    private bool StartsObject()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.StartObject)
            return true;
        _json.Skip();
        return false;
    }

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }

    private Range Value()
    {
        _json.Read();
        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        return start..(int)_json.BytesConsumed;
    }

    private int Number()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.Number && _json.TryGetInt32(out var number))
            return number;
        _json.Skip();
        return 0;
    }

    private long LongNumber()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.Number && _json.TryGetInt64(out var number))
            return number;
        _json.Skip();
        return 0;
    }

    private TimeSpan? Time() => Number() is > 0 and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private bool? Flag()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.True or JsonTokenType.False)
            return _json.TokenType is JsonTokenType.True;
        _json.Skip();
        return null;
    }

    private string? Text()
    {
        _json.Read();
        var text = ThisText();
        _json.Skip();
        return text;
    }

    // JavaScript may have numbers where texts are meant: rooms, ids.
    private readonly string? ThisText()
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.Number:
                return Encoding.ASCII.GetString(_json.ValueSpan);
            case JsonTokenType.String when !_json.ValueIsEscaped:
                return Encoding.UTF8.GetString(_json.ValueSpan);
            case JsonTokenType.String:
                var text = new byte[_json.ValueSpan.Length];
                return Encoding.UTF8.GetString(text.AsSpan(0, JsonEscapes.Remove(_json.ValueSpan, text)));
            default:
                return null;
        }
    }

    /// <summary>The names in an array; what is no name is skipped.</summary>
    /// <param name="isNone">Whether there were values, but no names.</param>
    private RoomNames Names(out bool isNone)
    {
        isNone = false;
        _json.Read();
        if (_json.TokenType is not JsonTokenType.StartArray)
        {
            _json.Skip();
            return default;
        }

        string? only = null;
        List<string>? names = null;
        while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            if (ThisText() is not { } name)
                isNone = true;
            else if (only is null)
                only = name;
            else
                (names ??= [only]).Add(name);
            _json.Skip();
        }
        isNone &= only is null;
        return names is not null ? RoomNames.Create([.. names]) : only is not null ? RoomNames.Create([only]) : default;
    }
}
