namespace SocketIo.Topics;

/// <summary>Called by a store that several servers share, from any thread, also for what this server wrote. Does not block.</summary>
public interface ITopicNews
{
    /// <summary>Events up to this one can be read now, or claims were released.</summary>
    void Changed(TopicName topic, long last);

    /// <summary>News may have been lost, as after a reconnect: every topic may have changed.</summary>
    void Lost();
}
