namespace SocketIo.Topics;

/// <summary>Somebody who follows a topic: is told when there are events, and gets them.</summary>
internal abstract class Follower : Pump
{
    /// <summary>It has got, or does not want, the events up to this one.</summary>
    public abstract long Position { get; }

    /// <summary>The topic has changed.</summary>
    public virtual void OnNews() => Signal();
}
