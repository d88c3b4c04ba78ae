using System.Text.Json;

namespace SocketIo.Cluster.Formats;

/// <summary>Writes a JSON value with placeholders as the MessagePack that a JavaScript library would write for it.</summary>
internal ref struct MessagePackFromJson
{
    private const long MaxSafeInteger = (1L << 53) - 1;

    // As deep as Utf8JsonWriter goes.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1000 };

    private readonly ReadOnlySpan<ReadOnlyMemory<byte>> _attachments;
    private readonly MessagePackBuffer _output;
    private readonly MessagePackFlavor _flavor;
    private Utf8JsonReader _json;

    private MessagePackFromJson(in PacketData data, MessagePackBuffer output, MessagePackFlavor flavor)
    {
        _json = new Utf8JsonReader(data.Json.Span, Options);
        _attachments = data.Attachments;
        _output = output;
        _flavor = flavor;
    }

    /// <summary>Writes a value that is not empty.</summary>
    public static void Write(in PacketData data, MessagePackBuffer output, MessagePackFlavor flavor)
    {
        var transcoder = new MessagePackFromJson(data, output, flavor);
        transcoder._json.Read();
        transcoder.Value();
    }

    private void Value()
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.StartArray:
                Array();
                break;
            case JsonTokenType.StartObject when Placeholder.TryRead(ref _json, _attachments.Length, out var number):
                _output.WriteBinary(_attachments[number].Span);
                break;
            case JsonTokenType.StartObject:
                Map();
                break;
            case JsonTokenType.String:
                Text();
                break;
            case JsonTokenType.Number:
                Number();
                break;
            case JsonTokenType.Null:
                _output.WriteNil();
                break;
            default:
                _output.Write(_json.TokenType is JsonTokenType.True);
                break;
        }
    }

    private void Array()
    {
        var start = _output.BeginContainer();
        var count = 0;
        for (; _json.Read() && _json.TokenType is not JsonTokenType.EndArray; count++)
            Value();
        _output.EndContainer(start, isMap: false, count);
    }

    private void Map()
    {
        var start = _output.BeginContainer();
        var count = 0;
        for (; _json.Read() && _json.TokenType is not JsonTokenType.EndObject; count++)
        {
            Text();
            _json.Read();
            Value();
        }
        _output.EndContainer(start, isMap: true, count);
    }

    private readonly void Text()
    {
        if (!_json.ValueIsEscaped)
        {
            _output.WriteText(_json.ValueSpan);
            return;
        }
        var text = new byte[_json.ValueSpan.Length];
        _output.WriteText(text.AsSpan(0, JsonEscapes.Remove(_json.ValueSpan, text)));
    }

    // JavaScript has one kind of number: 1.0 and 1e3 are whole.
    private readonly void Number()
    {
        if (_json.TryGetInt64(out var integer) && (_flavor is MessagePackFlavor.Notepack || integer is >= -MaxSafeInteger and <= MaxSafeInteger))
        {
            _output.Write(integer);
            return;
        }
        var value = _json.GetDouble();
        if (value == Math.Truncate(value) && Math.Abs(value) <= MaxSafeInteger)
            _output.Write((long)value);
        else if (_flavor is MessagePackFlavor.Notepack && _json.TryGetUInt64(out var large))
            _output.Write(large);
        else
            _output.Write(value);
    }
}
