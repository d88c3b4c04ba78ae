using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SocketIo.MessagePack;

/// <summary>JSON text on the way between a value and its bytes. Reused per thread; never across an await.</summary>
internal sealed class JsonScratch
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static JsonScratch? _cached;

    private ArrayBufferWriter<byte> _text = new();

    private JsonScratch() =>
        // What is not escaped need not be unescaped.
        Json = new Utf8JsonWriter(_text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

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
        _text.ResetWrittenCount();
        Json.Reset(_text);
        _cached = this;
    }
}
