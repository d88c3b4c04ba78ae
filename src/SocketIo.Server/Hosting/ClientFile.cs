using System.Collections.Concurrent;
using System.IO.Compression;

namespace SocketIo.Hosting;

/// <summary>One file of the browser client, read and compressed when first asked for and then kept.</summary>
internal sealed class ClientFile(string name, Func<byte[]> read)
{
    // by content coding; Lazy, so that simultaneous first requests compress once
    private readonly ConcurrentDictionary<string, Lazy<byte[]>> _bodies = new(StringComparer.Ordinal);

    public string ContentType { get; } =
        name.EndsWith(".map", StringComparison.Ordinal)
            ? "application/json; charset=utf-8"
            : "application/javascript; charset=utf-8";

    /// <param name="coding">One of the <see cref="ContentCoding"/> names.</param>
    public byte[] Body(string coding) =>
        _bodies.GetOrAdd(coding, static (key, file) => new Lazy<byte[]>(() => file.Encode(key)), this).Value;

    private byte[] Encode(string coding)
    {
        if (coding == ContentCoding.Identity)
            return read();

        var compressed = new MemoryStream();
        using (var stream = Compressor(coding, compressed))
            stream.Write(Body(ContentCoding.Identity));
        return compressed.ToArray();
    }

    // Optimal, not SmallestSize: the first request waits for it, and brotli's best level takes most of a second on a map.
    private static Stream Compressor(string coding, Stream target) => coding switch
    {
        ContentCoding.Brotli => new BrotliStream(target, CompressionLevel.Optimal),
        ContentCoding.Gzip => new GZipStream(target, CompressionLevel.Optimal),
        // RFC 9110 8.4.1.2: "deflate" is the zlib format
        ContentCoding.Deflate => new ZLibStream(target, CompressionLevel.Optimal),
        _ => throw new ArgumentOutOfRangeException(nameof(coding), coding, null),
    };
}
