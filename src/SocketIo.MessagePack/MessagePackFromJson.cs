using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>Turns a JSON value, as the serializer wrote it, into MessagePack, with the collected values in their places.</summary>
internal ref struct MessagePackFromJson
{
    // The serializer has minded the depth.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    private readonly MessagePackWriter _output;
    private readonly ReadOnlySpan<CollectedValue> _collected;
    private Utf8JsonReader _json;
    private int _nextCollected;

    private MessagePackFromJson(ReadOnlySpan<byte> json, ReadOnlySpan<CollectedValue> collected, MessagePackWriter output)
    {
        _json = new Utf8JsonReader(json, Options);
        _collected = collected;
        _output = output;
    }

    /// <param name="json">One value.</param>
    /// <param name="collected">In the order of their positions in <paramref name="json"/>.</param>
    /// <param name="output">Gets the value.</param>
    public static void Write(ReadOnlySpan<byte> json, ReadOnlySpan<CollectedValue> collected, MessagePackWriter output)
    {
        var transcoder = new MessagePackFromJson(json, collected, output);
        transcoder._json.Read();
        transcoder.WriteValue();
    }

    private void WriteValue()
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.StartArray:
                WriteArray();
                break;
            case JsonTokenType.StartObject:
                WriteObject();
                break;
            case JsonTokenType.String:
                WriteText();
                break;
            case JsonTokenType.Number:
                WriteNumber();
                break;
            case JsonTokenType.Null:
                WriteNullOrCollected();
                break;
            default:
                _output.Write(_json.TokenType is JsonTokenType.True);
                break;
        }
    }

    private void WriteArray()
    {
        var start = _output.BeginContainer();
        var count = 0;
        for (; _json.Read() && _json.TokenType is not JsonTokenType.EndArray; count++)
            WriteValue();
        _output.EndContainer(start, isMap: false, count);
    }

    private void WriteObject()
    {
        var start = _output.BeginContainer();
        var count = 0;
        for (; _json.Read() && _json.TokenType is not JsonTokenType.EndObject; count++)
        {
            WriteText();
            _json.Read();
            WriteValue();
        }
        _output.EndContainer(start, isMap: true, count);
    }

    private readonly void WriteText()
    {
        if (!_json.ValueIsEscaped)
        {
            _output.WriteText(_json.ValueSpan);
            return;
        }

        var text = new byte[_json.ValueSpan.Length];
        _output.WriteText(text.AsSpan(0, JsonText.Unescape(_json.ValueSpan, text)));
    }

    private readonly void WriteNumber()
    {
        if (_json.TryGetInt64(out var integer))
            _output.Write(integer);
        else if (_json.TryGetUInt64(out var large))
            _output.Write(large);
        else
            _output.Write(_json.GetDouble());
    }

    private void WriteNullOrCollected()
    {
        if (_nextCollected == _collected.Length || _collected[_nextCollected].Position != _json.TokenStartIndex)
        {
            _output.WriteNil();
            return;
        }

        ref readonly var value = ref _collected[_nextCollected++];
        switch (value.Kind)
        {
            case MessagePackKind.Date:
                _output.WriteDate(value.Bits);
                break;
            case MessagePackKind.Float:
                _output.Write(BitConverter.Int64BitsToDouble(value.Bits));
                break;
            default:
                _output.WriteBinary(value.Binary.Span);
                break;
        }
    }
}
