using System.Buffers.Text;
using System.Text;

namespace SocketIo.Redis.Resp;

/// <summary>Reads the elements of a reply that is complete, one after the other.</summary>
internal ref struct RespReader(ReadOnlySpan<byte> reply)
{
    private ReadOnlySpan<byte> _rest = reply;

    /// <summary>What the element that was read is.</summary>
    public RespKind Kind { get; private set; }

    /// <summary>The text of the element that was read; for errors and numbers, too.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>How many elements follow as parts of the list that was read.</summary>
    public int Elements { get; private set; }

    /// <summary>Reads the next element, or the beginning of a list.</summary>
    public RespKind Read()
    {
        var header = ReadHeader();
        while (header.IsAttribute)
        {
            Skip(header.Elements);
            header = ReadHeader();
        }

        Kind = header.Kind;
        Elements = header.Elements;
        Text = header.TextLength < 0 ? header.Line : TakeText(header.TextLength);
        return Kind;
    }

    /// <summary>Reads a list and says how many elements follow.</summary>
    public int ReadList() => Read() == RespKind.List ? Elements : throw Unexpected();

    /// <summary>Reads text; what it is in is valid as long as the reply.</summary>
    public ReadOnlySpan<byte> ReadText() => Read() == RespKind.Text ? Text : throw Unexpected();

    public string ReadString() => Encoding.UTF8.GetString(ReadText());

    public long ReadNumber() =>
        Read() == RespKind.Number && Utf8Parser.TryParse(Text, out long number, out var length) && length == Text.Length
            ? number
            : throw Unexpected();

    /// <summary>Passes over elements, with all that is in them.</summary>
    public void Skip(int elements)
    {
        while (elements-- > 0)
        {
            Read();
            elements += Elements;
        }
    }

    /// <summary>What the element that was read says is wrong, as an exception.</summary>
    public readonly Exception Unexpected() => Kind == RespKind.Error
        ? new RespException(Text)
        : new RespFormatException("another reply than the command has");

    private RespHeader ReadHeader()
    {
        // the reply is complete: lists cannot have more elements than it has
        if (!RespHeader.TryRead(_rest, out var header))
            throw new RespFormatException("a reply that ends too early");
        _rest = _rest[header.Length..];
        return header;
    }

    private ReadOnlySpan<byte> TakeText(int length)
    {
        var text = _rest[..length];
        _rest = _rest[(length + 2)..];
        return text;
    }
}
