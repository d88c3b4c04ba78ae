namespace SocketIo.Topics;

/// <summary>
/// Keeps topics and subscriptions. Implemented by packages for databases; the conformance tests of SocketIo.Topics.Testing show that one
/// is right.
/// </summary>
/// <remarks>
/// What needs thought exists once, above the store: gathering what many callers write into batches, waiting and giving up while the store
/// is away, windows, redelivery, leases. A store executes batches and reads pages. It keeps these rules:
/// <list type="bullet">
/// <item>Sequences of a topic count from 1 without holes, in the order in which events become visible: who has read an event has seen all
/// before it, also if a transaction of another server commits late.</item>
/// <item>When <see cref="ExecuteAsync"/> has returned, the batch is stored, on disk if <see cref="TopicBatch.IsDurable"/>.</item>
/// <item>Only the beginning of a topic is ever deleted.</item>
/// <item>A clock is read from the context and the batch only.</item>
/// </list>
/// </remarks>
public interface ITopicStore : IAsyncDisposable
{
    /// <summary>A short name for logs, metrics and the health check, such as "sqlite".</summary>
    string Name { get; }

    /// <summary>
    /// Whether several servers use the store at once. Then it tells of changes by <see cref="TopicStoreContext.News"/>, and servers
    /// that die are removed by the others; else opening it releases all claims and detaches all subscribers.
    /// </summary>
    bool IsShared { get; }

    /// <summary>Opens the store, and makes in it what is missing. Called again when it failed; nothing else is called before it succeeded.</summary>
    /// <exception cref="TopicStoreException">It can't be opened now or, if <see cref="TopicStoreException.IsPermanent"/>, ever.</exception>
    ValueTask OpenAsync(TopicStoreContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Executes a batch, wholly or not at all; where the store has no transactions, each operation wholly or not at all. Called by one
    /// caller at a time. What keeps back a single operation is set as its <see cref="TopicOperation.Error"/>.
    /// </summary>
    /// <exception cref="TopicStoreException">
    /// The store is away or full. The batch comes again, without the appends if <see cref="TopicStoreException.MayBeStored"/>.
    /// </exception>
    ValueTask ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken);

    /// <summary>The events behind a place. Called by many callers at once.</summary>
    /// <param name="topic">The topic; one that does not exist is empty.</param>
    /// <param name="after">The sequence of the event before the first that is wanted.</param>
    /// <param name="maxCount">At most so many events.</param>
    /// <param name="maxBytes">About so many bytes, and at least one event.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    ValueTask<TopicPage> ReadAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken);

    /// <summary>The topics, in the order of their names. Read in pages: what changes meanwhile may be seen or not.</summary>
    /// <param name="topic">Null: all; else this one, if it exists.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    IAsyncEnumerable<TopicInfo> ListTopicsAsync(TopicName? topic, CancellationToken cancellationToken);

    /// <summary>The subscriptions of a topic, in the order of their subscribers. Read in pages.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(TopicName topic, CancellationToken cancellationToken);

    /// <summary>Asks the store for an answer.</summary>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}
