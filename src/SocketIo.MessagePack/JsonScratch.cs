using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>JSON text on the way between a value and its bytes. Reused per thread; never across an await.</summary>
internal sealed class JsonScratch : IStandIns
{
    private const int LargestKept = 64 * 1024;
    private const int MostMarksKept = 1024;

    [ThreadStatic]
    private static JsonScratch? _cached;

    private ArrayBufferWriter<byte> _text = new();

    // In the order of the text.
    private List<Mark> _marks = [];

    private JsonScratch() =>
        // What is not escaped need not be unescaped.
        Json = new Utf8JsonWriter(_text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = int.MaxValue, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    /// <summary>How many bytes have been written.</summary>
    public long Position => Json.BytesCommitted + Json.BytesPending;

    /// <summary>This thread's, empty; another one inside a converter that serialises something itself.</summary>
    public static JsonScratch Rent()
    {
        var scratch = _cached ?? new JsonScratch();
        _cached = null;
        return scratch;
    }

    /// <summary>The text that was just written stands for a value of that kind.</summary>
    public void MarkAs(MessagePackKind kind) => _marks.Add(new Mark(Position - 1, kind)); // 1: the quote

    /// <summary>The null that was just written stands for a number that JSON does not have.</summary>
    public void MarkAs(double number) => _marks.Add(new Mark(Position, MessagePackKind.Float, number));

    public bool TryGet(ref Utf8JsonReader reader, out object? value)
    {
        var index = _marks.Count == 0 ? -1 : _marks.BinarySearch(new Mark(EndOf(reader.ValueSpan), default));
        value = index < 0 ? null : _marks[index].Kind switch
        {
            MessagePackKind.Binary => reader.GetBytesFromBase64(),
            MessagePackKind.Date => reader.GetDateTime(),
            _ => _marks[index].Number,
        };
        return index >= 0;
    }

    // Not by the position of the reader: a converter may read a part of the text, or another text.
    private long EndOf(ReadOnlySpan<byte> value) =>
        Unsafe.ByteOffset(in MemoryMarshal.GetReference(_text.WrittenSpan), in MemoryMarshal.GetReference(value)) + value.Length;

    /// <summary>What was written, until <see cref="Return"/>.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        Json.Flush();
        return _text.WrittenSpan;
    }

    public void Return()
    {
        if (_text.Capacity > LargestKept)
            _text = new ArrayBufferWriter<byte>();
        if (_marks.Capacity > MostMarksKept)
            _marks = [];
        _marks.Clear();
        _text.ResetWrittenCount();
        Json.Reset(_text);
        _cached = this;
    }

    /// <summary>A value that JSON does not have, by where what stands for it ends.</summary>
    private readonly record struct Mark(long End, MessagePackKind Kind, double Number = 0) : IComparable<Mark>
    {
        public int CompareTo(Mark other) => End.CompareTo(other.End);
    }
}
