using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>A packet while its arguments are serialised as JSON: takes the binary data in them.</summary>
internal interface IBinaryCollector
{
    /// <summary>What the arguments are written with.</summary>
    Utf8JsonWriter Json { get; }

    /// <summary>Keeps the data, and writes what stands for it.</summary>
    void Write(ReadOnlyMemory<byte> data);
}
