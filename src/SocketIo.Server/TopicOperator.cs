using SocketIo.Protocol;
using SocketIo.Topics;

namespace SocketIo;

/// <summary>
/// A topic of a namespace: a named, ordered log of events that wait for their receivers. Made by <see cref="Namespace.Topic"/>; it need not
/// be created, and is forgotten when it has neither events nor subscriptions.
/// </summary>
/// <remarks>Can be used from anywhere: handlers of any socket, minimal APIs, hosted services. Thread-safe.</remarks>
public readonly partial struct TopicOperator
{
    private readonly Namespace _namespace;
    private readonly SocketTopics? _topics;
    private readonly TopicName _name;
    private readonly string? _key;

    internal TopicOperator(Namespace @namespace, SocketTopics topics, TopicName name, string? key = null)
    {
        _namespace = @namespace;
        _topics = topics;
        _name = name;
        _key = key;
    }

    private SocketTopics Topics =>
        _topics ?? throw new InvalidOperationException("An operator that is default is no topic; get one from a namespace, such as io.Topic(name).");

    /// <summary>The topic's name.</summary>
    public string Name => _name.Name;

    /// <summary>
    /// Stores the next event only if none with this key was stored in the topic before. So what a client sends again, since it did not hear of
    /// the first time, is stored once: <c>await io.Topic("orders").Dedupe(order.Id).EmitAsync("order created", order)</c>.
    /// </summary>
    /// <remarks>The emit returns the sequence of the first event then. Keys are remembered for <see cref="TopicOptions.KeyAge"/>.</remarks>
    /// <param name="key">The key, chosen by who first sends the event, such as an order's id.</param>
    /// <returns>The topic, for the emit.</returns>
    public TopicOperator Dedupe(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(_namespace, Topics, _name, key);
    }

    /// <summary>Forgets a subscription: its sockets, on any server, get nothing more, and what it has missed is lost for it.</summary>
    /// <param name="subscriber">The subscriber's name.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="TopicStoreException">The store was away for too long.</exception>
    public Task<bool> UnsubscribeAsync(string subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        return Topics.Service.UnsubscribeAsync(new(_name, subscriber));
    }

    /// <summary>Asks the store what the topic keeps.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The topic; null when it does not exist.</returns>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    public async Task<TopicInfo?> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        await foreach (var topic in Topics.Service.ListTopicsAsync(_name, cancellationToken).ConfigureAwait(false))
            return topic;
        return null;
    }

    /// <summary>Asks the store for the topic's subscriptions, in the order of their subscribers' names: how far each is, and how far behind.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The subscriptions, read by pages.</returns>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    public IAsyncEnumerable<SubscriptionInfo> GetSubscriptionsAsync(CancellationToken cancellationToken = default) =>
        Topics.Service.ListSubscriptionsAsync(_name, cancellationToken);

    private ValueTask<long> Emit<TArgs>(string eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct =>
        Topics.Service.EmitAsync(_name, _namespace.Server.PeerFormat.WriteEvent(eventName, args), _key);
}
