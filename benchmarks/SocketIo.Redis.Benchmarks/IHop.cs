namespace SocketIo.Redis.Benchmarks;

/// <summary>A way for messages from one connection to another.</summary>
internal interface IHop
{
    string Name { get; }

    /// <summary>Whether all messages so far came in the order in which they were sent.</summary>
    bool IsInOrder { get; }

    /// <summary>Completes when so many more messages have come.</summary>
    Task ExpectAsync(int count);

    /// <summary>Sends numbered messages, and does not wait.</summary>
    void Publish(int count);
}
