namespace SocketIo;

/// <summary>What a <see cref="TopicStart"/> names.</summary>
public enum TopicStartKind
{
    /// <summary>The end of the topic.</summary>
    Now,

    /// <summary>A sequence.</summary>
    Sequence,

    /// <summary>A time.</summary>
    Time,
}
