using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using SocketIo.MessagePack;

namespace SocketIo.Cluster.Formats;

/// <summary>
/// Turns a MessagePack value of a peer into the JSON that JavaScript would write for it, with placeholders and attachments for binary
/// data. Checks everything on the way: whatever the bytes are, it reports and does not throw.
/// </summary>
internal ref struct MessagePackToJson
{
    private const string Truncated = "truncated MessagePack";
    private const string TooDeep = "MessagePack that is nested too deep";
    private const string IllegalKey = "a MessagePack map with a key that is no text";
    private const string IllegalPlaceholder = "a placeholder in MessagePack";

    // In seconds and in milliseconds since 1970.
    private static readonly long FirstDate = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long LastDate = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly ReadOnlyMemory<byte> _input;
    private readonly Utf8Output _output;
    private readonly List<ReadOnlyMemory<byte>> _attachments = [];
    private MessagePackReader _reader;

    private MessagePackToJson(ReadOnlyMemory<byte> input, IBufferWriter<byte> output)
    {
        _input = input;
        _output = new Utf8Output(output);
        _reader = new MessagePackReader(input.Span);
    }

    /// <summary>Reads one value, which must be all of the input.</summary>
    /// <param name="input">The attachments are parts of it, so it must not change any more.</param>
    /// <param name="maxDepth">How deep arrays and maps may nest.</param>
    /// <param name="data">The value.</param>
    /// <param name="error">What is wrong, in a few words.</param>
    public static bool TryRead(ReadOnlyMemory<byte> input, int maxDepth, out PacketData data, [NotNullWhen(false)] out string? error)
    {
        var buffer = Scratch.Rent();
        try
        {
            var transcoder = new MessagePackToJson(input, buffer);
            error = transcoder.Value(maxDepth) ?? (transcoder._reader.IsAtEnd ? null : "more than one MessagePack value");
            data = error is null ? new PacketData(buffer.WrittenSpan.ToArray(), [.. transcoder._attachments]) : default;
            return error is null;
        }
        finally
        {
            Scratch.Return(buffer);
        }
    }

    private string? Value(int depthLeft) =>
        _reader.TryRead(out var token) is MessagePackStatus.Ok ? Value(token, depthLeft) : Truncated;

    private string? Value(in MessagePackToken token, int depthLeft)
    {
        switch (token.Kind)
        {
            case MessagePackKind.Array:
                return depthLeft == 0 ? TooDeep : Array(token.Length, depthLeft - 1);
            case MessagePackKind.Map:
                return depthLeft == 0 ? TooDeep : Map(token.Length, depthLeft - 1);
            case MessagePackKind.Boolean:
                _output.Raw(token.IsTrue ? "true"u8 : "false"u8);
                break;
            case MessagePackKind.Integer:
                _output.Number(token.Integer);
                break;
            case MessagePackKind.LargeInteger:
                _output.Number(token.Bits);
                break;
            case MessagePackKind.Float:
                _output.Number(token.Float);
                break;
            case MessagePackKind.String:
                Text(_reader.BytesOf(token));
                break;
            case MessagePackKind.Binary:
                Placeholder.Write(_output, _attachments.Count);
                _attachments.Add(_input.Slice(token.Start, token.Length));
                break;
            case MessagePackKind.Date:
                Date(token.Integer);
                break;
            case MessagePackKind.Extension when token.ExtensionType == -1:
                Timestamp(_reader.BytesOf(token));
                break;
            default:
                _output.Raw("null"u8);
                break;
        }
        return null;
    }

    private string? Array(int count, int depthLeft)
    {
        _output.Raw("["u8);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                _output.Raw(","u8);
            if (Value(depthLeft) is { } error)
                return error;
        }
        _output.Raw("]"u8);
        return null;
    }

    private string? Map(int count, int depthLeft)
    {
        _output.Raw("{"u8);
        var isFirst = true;
        for (var i = 0; i < count; i++)
        {
            if (Pair(depthLeft, ref isFirst) is { } error)
                return error;
        }
        _output.Raw("}"u8);
        return null;
    }

    private string? Pair(int depthLeft, ref bool isFirst)
    {
        if (_reader.TryRead(out var key) is not MessagePackStatus.Ok || _reader.IsAtEnd)
            return Truncated;

        // a member that is undefined is none, as in JSON.stringify
        var value = _reader;
        if (value.TryRead(out var token) is MessagePackStatus.Ok && token.Kind is MessagePackKind.Undefined)
        {
            _reader = value;
            return null;
        }

        if (!isFirst)
            _output.Raw(","u8);
        isFirst = false;
        var error = Key(key);
        _output.Raw(":"u8);
        return error ?? Value(depthLeft);
    }

    // A placeholder that is none would make the receivers' clients refuse the packet.
    private readonly string? Key(in MessagePackToken key)
    {
        switch (key.Kind)
        {
            case MessagePackKind.String when _reader.BytesOf(key).SequenceEqual(Placeholder.Key):
                return IllegalPlaceholder;
            case MessagePackKind.String:
                Text(_reader.BytesOf(key));
                return null;
            case MessagePackKind.Integer:
                _output.Text(key.Integer.ToString(CultureInfo.InvariantCulture));
                return null;
            default:
                return IllegalKey;
        }
    }

    // Half a surrogate pair is no valid UTF-8, but JavaScript peers send it.
    private readonly void Text(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
            _output.Text(utf8);
        else
            _output.Text(Encoding.UTF8.GetString(utf8));
    }

    private readonly void Timestamp(ReadOnlySpan<byte> bytes)
    {
        switch (bytes.Length)
        {
            case 4:
                Date(BinaryPrimitives.ReadUInt32BigEndian(bytes) * 1000L);
                break;
            case 8:
                var bits = BinaryPrimitives.ReadUInt64BigEndian(bytes);
                Date((long)(bits & 0x3_FFFF_FFFF) * 1000 + (long)(bits >> 34) / 1_000_000);
                break;
            case 12 when BinaryPrimitives.ReadInt64BigEndian(bytes[4..]) is var seconds && Math.Abs(seconds / 1000) < LastDate:
                Date(seconds * 1000 + BinaryPrimitives.ReadUInt32BigEndian(bytes) / 1_000_000);
                break;
            default:
                _output.Raw("null"u8);
                break;
        }
    }

    private readonly void Date(long unixMilliseconds)
    {
        if (unixMilliseconds < FirstDate || unixMilliseconds > LastDate)
            _output.Raw("null"u8);
        else
            _output.Text(DateTime.UnixEpoch.AddMilliseconds(unixMilliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }
}
