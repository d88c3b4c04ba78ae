using SocketIo.Cluster;

namespace SocketIo.Topics;

/// <summary>Stores an event at the end of a topic, which is made when missing.</summary>
/// <param name="topic">The topic.</param>
/// <param name="data">Name and arguments. The memory does not change any more and may be kept.</param>
/// <param name="key">An event with a key that is remembered is not stored again; null for none. At most 255 characters.</param>
/// <param name="memory">How long this topic remembers keys.</param>
public sealed class AppendEvent(TopicName topic, PacketData data, string? key = null, KeyMemory memory = default) : TopicOperation
{
    /// <summary>The topic.</summary>
    public TopicName Topic => topic;

    /// <summary>Name and arguments. The memory does not change any more and may be kept.</summary>
    public PacketData Data { get; } = data;

    /// <summary>An event with a key that is remembered is not stored again; null for none.</summary>
    public string? Key => key;

    /// <summary>How long the topic remembers keys.</summary>
    public KeyMemory Memory => memory;

    /// <summary>Set by the store: where the event is, or the one that was stored with its key.</summary>
    public long Sequence { get; set; }

    /// <summary>Set by the store: whether an event with this key was there, so that nothing was stored.</summary>
    public bool IsDuplicate { get; set; }

    internal override int Size => StoredEvent.SizeOf(Data);

    internal override bool IsRepeatable => key is not null;
}
