using System.Buffers.Text;

namespace SocketIo.Redis.Resp;

/// <summary>The first line of an element: its kind, and how much belongs to it.</summary>
internal readonly ref struct RespHeader
{
    // no line of Redis is longer, apart from simple strings that nobody sends here
    private const int MaxLine = 64 * 1024;
    // five digits and what is around them: below the limits
    private const int ShortLine = 8;
    // proto-max-bulk-len of Redis, unless an operator raised it
    private const int MaxText = 512 * 1024 * 1024;
    // a stream's hundred entries have under a thousand elements
    private const int MaxElements = 1024 * 1024;

    private RespHeader(RespKind kind, ReadOnlySpan<byte> line, int length)
    {
        Kind = kind;
        Line = line;
        Length = length;
    }

    public RespKind Kind { get; private init; }

    /// <summary>What stands in the line itself: a simple string, an error, a number.</summary>
    public ReadOnlySpan<byte> Line { get; }

    /// <summary>The length of the first line with its end.</summary>
    public int Length { get; }

    /// <summary>The number of elements that follow.</summary>
    public int Elements { get; private init; }

    /// <summary>The number of bytes of text that follow the line, with two for their end after them; -1 when the text is in the line.</summary>
    public int TextLength { get; private init; } = -1;

    /// <summary>Attributes come before the element that they describe, and count for none.</summary>
    public bool IsAttribute { get; private init; }

    /// <summary>Reads the header at the beginning of the data.</summary>
    /// <returns>Whether the line is complete.</returns>
    /// <exception cref="RespFormatException">That is no RESP, or it is beyond the limits.</exception>
    public static bool TryRead(ReadOnlySpan<byte> data, out RespHeader header)
    {
        if (TryReadCount(data, out header))
            return true;
        var end = data.IndexOf((byte)'\n');
        if (end < 0)
        {
            if (data.Length > MaxLine)
                throw new RespFormatException("a line without an end");
            header = default;
            return false;
        }

        if (end < 2 || data[end - 1] != '\r')
            throw new RespFormatException("a line that is none");
        header = Parse((char)data[0], data[1..(end - 1)], end + 1);
        return true;
    }

    // Most lines are the length of a list or a text, in a few digits: read without looking for the end first.
    private static bool TryReadCount(ReadOnlySpan<byte> data, out RespHeader header)
    {
        header = default;
        if (data.Length < ShortLine || data[0] is not ((byte)'$' or (byte)'*'))
            return false;
        var (count, i) = (0, 1);
        for (; (uint)(data[i] - '0') <= 9; i++)
        {
            if (i == ShortLine - 2)
                return false;
            count = count * 10 + data[i] - '0';
        }
        if (i == 1 || data[i] != '\r' || data[i + 1] != '\n')
            return false;
        header = data[0] == '$'
            ? new RespHeader(RespKind.Text, default, i + 2) { TextLength = count }
            : new RespHeader(RespKind.List, default, i + 2) { Elements = count };
        return true;
    }

    private static RespHeader Parse(char type, ReadOnlySpan<byte> line, int length) => type switch
    {
        '$' or '=' => Text(RespKind.Text, line, length),
        '*' or '~' or '>' => List(line, length, 1),
        ':' => new RespHeader(RespKind.Number, line, length),
        '+' or ',' or '(' or '#' => new RespHeader(RespKind.Text, line, length),
        '-' => new RespHeader(RespKind.Error, line, length),
        '_' => new RespHeader(RespKind.Null, line, length),
        '%' => List(line, length, 2),
        '|' => List(line, length, 2) with { IsAttribute = true },
        '!' => Text(RespKind.Error, line, length),
        _ => throw new RespFormatException("an unknown type"),
    };

    private static RespHeader Text(RespKind kind, ReadOnlySpan<byte> line, int length)
    {
        var count = Count(line, MaxText);
        return count < 0
            ? new RespHeader(RespKind.Null, default, length)
            : new RespHeader(kind, default, length) { TextLength = count };
    }

    private static RespHeader List(ReadOnlySpan<byte> line, int length, int each)
    {
        var count = Count(line, MaxElements);
        return count < 0
            ? new RespHeader(RespKind.Null, default, length)
            : new RespHeader(RespKind.List, default, length) { Elements = count * each };
    }

    // -1 is RESP2's way to say null
    private static int Count(ReadOnlySpan<byte> line, int limit) =>
        Utf8Parser.TryParse(line, out int count, out var read) && read == line.Length && count >= -1 && count <= limit
            ? count
            : throw new RespFormatException("a length that is none, or beyond the limit");
}
