using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>Takes the binary data that an <see cref="ArgumentSerializer"/> finds in a value.</summary>
public interface IBinaryCollector
{
    /// <summary>Keeps the data, and writes exactly one JSON value that stands for it.</summary>
    /// <param name="json">The writer that the serializer was given.</param>
    /// <param name="data">The data; not to be changed until the packet is complete.</param>
    void Write(Utf8JsonWriter json, ReadOnlyMemory<byte> data);
}
