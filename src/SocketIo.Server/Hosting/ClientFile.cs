using System.Collections.Concurrent;
using SocketIo.Engine.Polling;

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

    private byte[] Encode(string coding) =>
        coding == ContentCoding.Identity ? read() : ContentCoding.Encode(coding, Body(ContentCoding.Identity));
}
