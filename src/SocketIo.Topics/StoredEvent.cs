using SocketIo.Cluster;

namespace SocketIo.Topics;

/// <summary>An event in a topic.</summary>
/// <param name="sequence">Its place: 1 for the first event of a topic, and 1 more for each that follows.</param>
/// <param name="at">When it was stored, to the millisecond.</param>
/// <param name="data">Name and arguments, as a JSON array with attachments.</param>
public sealed class StoredEvent(long sequence, DateTimeOffset at, PacketData data)
{
    /// <summary>Its place: 1 for the first event of a topic, and 1 more for each that follows.</summary>
    public long Sequence => sequence;

    /// <summary>When it was stored, by the clock of the server that did, to the millisecond. Clocks can step back.</summary>
    public DateTimeOffset At => at;

    /// <summary>Name and arguments, as a JSON array with attachments.</summary>
    public PacketData Data { get; } = data;

    /// <summary>What the server sends of it, made once for all receivers; null before. Of the server above.</summary>
    internal object? Encoded;

    /// <summary>What an event occupies beside its bytes, roughly: its row, its entry in an index.</summary>
    internal const int Overhead = 64;

    /// <summary>What an event counts in limits of bytes.</summary>
    internal static int SizeOf(in PacketData data)
    {
        var size = Overhead + data.Json.Length;
        foreach (var attachment in data.Attachments)
            size += attachment.Length;
        return size;
    }
}
