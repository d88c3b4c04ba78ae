using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SocketIo.Cluster;

namespace SocketIo.Topics;

/// <summary>The topics of a server: stores events, and delivers them to the receivers of subscriptions.</summary>
internal sealed class TopicService : ITopicNews, IAsyncDisposable
{
    private static readonly TimeSpan TickTime = TimeSpan.FromSeconds(1);

    // the busiest store has read a page by then
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(30);

    private readonly TopicsOptions _options;
    private readonly StoreReads _reads;
    private readonly StoreAnswers _answers;
    private readonly RecentBudget _budget;
    private readonly TopicMetrics _metrics;
    private readonly Meter _meter;
    private readonly Retention _retention;
    private readonly Servers _servers;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _sync = new();

    // Topics with receivers here. Written under _sync.
    private readonly ConcurrentDictionary<TopicName, Topic> _topics = new();

    // Those that a batch has changed; used where batches are executed, one at a time.
    private readonly List<Topic> _changed = [];

    // guarded by _sync
    private readonly Dictionary<SubscriptionName, Subscription> _subscriptions = [];
    private bool _isStopped;

    private bool _isStarted;
    private bool _isOpen;
    private ITimer? _tick;
    private Task _opening = Task.CompletedTask;

    /// <param name="store">The store; disposed with this.</param>
    /// <param name="options">What is kept, and how long is waited.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets what operators need to know.</param>
    /// <param name="meter">The meter; null for one of its own.</param>
    /// <param name="isInline">Whether the store cannot block the threads of emitters; null: only the one in memory cannot.</param>
    public TopicService(ITopicStore store, TopicsOptions options, TimeProvider time, ILogger logger, Meter? meter = null, bool? isInline = null)
    {
        options.Validate();
        Store = store;
        _options = options;
        Time = time;
        Logger = logger;
        Health = new StoreHealth(store, options.StoreTimeout, time, logger);
        Stopping = _stop.Token;
        var limits = new StoreLimits(options.StoreTimeout, options.MaxQueuedWrites, options.MaxQueuedBytes);
        Queue = new StoreQueue(store, limits, time, Health, OnExecuted, isInline ?? store is MemoryTopicStore);
        _answers = new StoreAnswers(store, logger);
        _reads = new StoreReads(store, Health, _answers, ReadLimit);
        _budget = new RecentBudget(options.MaxRecentBytes);
        var survey = new TopicSurvey();
        _retention = new Retention(this, options, survey);
        _servers = new Servers(this, options.ServerTimeout);
        _meter = meter ?? new Meter(TopicMetrics.MeterName);
        _metrics = new TopicMetrics(_meter, () => Queue.Count, () => SubscriptionCount, survey);
    }

    public ITopicStore Store { get; }

    public StoreQueue Queue { get; }

    public StoreHealth Health { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>This server, among those that share the store.</summary>
    public string Owner { get; } = Guid.NewGuid().ToString("N")[..16];

    public CancellationToken Stopping { get; }

    public int SubscriptionCount
    {
        get
        {
            lock (_sync)
                return _subscriptions.Count;
        }
    }

    /// <summary>Opens the store. One that is away or slow is waited for behind the return; emits wait for it too.</summary>
    /// <exception cref="TopicStoreException">It can't ever be opened.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isStarted, true);
        var opening = Task.Run(() => TryOpenAsync(cancellationToken), cancellationToken);
        try
        {
            if (!await opening.WaitAsync(_options.StoreTimeout, Time, cancellationToken).ConfigureAwait(false))
                _opening = OpenLaterAsync(opening);
        }
        catch (TimeoutException) when (!opening.IsCompleted)
        {
            Health.Failed(new TopicStoreException("It was not opened in time."));
            _opening = OpenLaterAsync(opening);
        }
        _tick = Time.CreateTimer(static service => ((TopicService)service!).Tick(), this, TickTime, TickTime);
    }

    /// <summary>Stores an event. Completes when it is stored.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="data">Name and arguments. The memory does not change any more.</param>
    /// <param name="key">An event with a key that the topic remembers is not stored again; null for none.</param>
    /// <returns>The sequence; of the first, if the key was known.</returns>
    /// <exception cref="ArgumentException">A name is not one that stores can keep, or the event is too large.</exception>
    /// <exception cref="InvalidOperationException">The topic's options cannot work.</exception>
    /// <exception cref="TopicStoreException">The store was away for too long, or the host has not started.</exception>
    public ValueTask<long> EmitAsync(TopicName topic, PacketData data, string? key = null)
    {
        ThrowIfNotStarted();
        var append = NewAppend(topic, data, key);
        var executing = Queue.ExecuteAsync(append);
        return executing.IsCompletedSuccessfully ? new(append.Sequence) : WaitAsync(executing, append);

        static async ValueTask<long> WaitAsync(ValueTask executing, AppendEvent append)
        {
            await executing.ConfigureAwait(false);
            return append.Sequence;
        }
    }

    /// <summary>Adds a receiver. What the subscriber has missed is delivered, then what comes, until it leaves its lane.</summary>
    /// <exception cref="ArgumentException">A name is not one that stores can keep, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The subscription exists with another <see cref="Sharing"/>.</exception>
    /// <exception cref="TopicStoreException">The store was away for too long.</exception>
    public async Task<ITopicLane> SubscribeAsync(SubscriptionName name, SubscribeOptions options, ITopicReceiver receiver)
    {
        options.Validate();
        ThrowIfNotStarted();
        Subscription subscription;
        Task<ITopicLane> joining;
        lock (_sync)
        {
            if (_isStopped)
                throw new TopicStoreException("The server is stopping.");
            subscription = FindOrMake(name.Checked(), options.Sharing);
            joining = subscription.JoinAsync(receiver, options);
        }
        subscription.Reconcile();
        return await joining.ConfigureAwait(false);
    }

    /// <summary>
    /// Ends a subscription that has receivers here when another server has forgotten it, of which this one would hear with the next event only.
    /// </summary>
    public async Task EndIfForgottenAsync(SubscriptionName name)
    {
        Subscription? known;
        lock (_sync)
            _subscriptions.TryGetValue(name, out known);
        if (known is null || !Store.IsShared || Health.Failure is not null)
            return;
        var look = new MoveCursor(name, 0);
        try
        {
            await Queue.ExecuteAsync(look).ConfigureAwait(false);
        }
        catch (TopicStoreException)
        {
            // it is known here, and goes on when the store is back
            return;
        }
        if (look.Cursor is null)
            known.End();
    }

    /// <summary>Forgets a subscription; its receivers get nothing more.</summary>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="TopicStoreException">The store was away for too long.</exception>
    public async Task<bool> UnsubscribeAsync(SubscriptionName name)
    {
        ThrowIfNotStarted();
        var remove = new RemoveSubscription(name.Checked());
        await Queue.ExecuteAsync(remove).ConfigureAwait(false);
        Subscription? subscription;
        lock (_sync)
            _subscriptions.TryGetValue(name, out subscription);
        subscription?.End();
        return remove.IsRemoved;
    }

    /// <summary>What the store keeps, in the order of the names.</summary>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    public IAsyncEnumerable<TopicInfo> ListTopicsAsync(TopicName? topic, CancellationToken cancellationToken)
    {
        ThrowIfNotOpen();
        return Store.ListTopicsAsync(topic, cancellationToken);
    }

    /// <inheritdoc cref="ListTopicsAsync" />
    public IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(TopicName topic, CancellationToken cancellationToken)
    {
        ThrowIfNotOpen();
        return Store.ListSubscriptionsAsync(topic, cancellationToken);
    }

    /// <summary>Asks the store for an answer.</summary>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        ThrowIfNotOpen();
        if (Queue.IsStuck)
            throw new TopicStoreException(StoreQueue.NoAnswer);
        var checking = Task.Run(() => Store.CheckAsync(cancellationToken).AsTask(), cancellationToken);
        try
        {
            await checking.WaitAsync(_options.StoreTimeout, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!checking.IsCompleted)
        {
            throw new TopicStoreException("It does not answer.");
        }

        // it may read and not write: a full disk, a lock, a right that is missing
        if (Health.AppendFailure is { } failure)
            throw new TopicStoreException("It answers, but events could not be stored just now.", failure);
    }

    /// <summary>Writes what nobody waits for, once the store is there.</summary>
    public async void Forget(TopicOperation operation)
    {
        try
        {
            await Queue.ExecuteAsync(operation, isPatient: true).ConfigureAwait(false);
        }
        catch (TopicStoreException)
        {
            // the server stops, and is removed from the store; or the store is lost for good, and says so elsewhere
        }
    }

    /// <summary>Removes a subscription that has nobody and nothing to do any more.</summary>
    public void RemoveIfOver(Subscription subscription)
    {
        lock (_sync)
        {
            if (!subscription.IsOver || !_subscriptions.TryGetValue(subscription.Name, out var found) || found != subscription)
                return;
            _subscriptions.Remove(subscription.Name);
            if (--subscription.Topic.Users == 0)
                _topics.TryRemove(subscription.Topic.Name, out _);
        }
    }

    public void NoticeUnacknowledged(SubscriptionName name, Unacknowledged what)
    {
        _metrics.Unacknowledged();
        Log.Unacknowledged(Logger, name, what);
    }

    /// <summary>
    /// The state of a subscription was not stored. As the server stops that is no news: what the queue does not take any more was in what it took
    /// last, or the store is away, which the log has said.
    /// </summary>
    public void NoticeUnwritten(SubscriptionName name, TopicStoreException exception)
    {
        if (!Stopping.IsCancellationRequested)
            Log.WriteFailed(Logger, exception, name);
    }

    public void NoticeMissed(SubscriptionName name, SequenceRange range)
    {
        _metrics.Missed(range.Count);
        Log.Missed(Logger, name, range.First, range.Last);
    }

    /// <summary>Another server has removed this one from the store.</summary>
    public void ReattachAll()
    {
        foreach (var subscription in Subscriptions())
            subscription.Reattach();
    }

    void ITopicNews.Changed(TopicName topic, long last)
    {
        if (!_topics.TryGetValue(topic, out var found))
            return;
        found.Advance(last);
        found.Signal();
    }

    void ITopicNews.Lost() => _ = RefreshAsync();

    /// <summary>Takes leave of the store: subscribers are detached, and what was not acknowledged is others'.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_sync)
        {
            if (_isStopped)
                return;
            _isStopped = true;
        }
        if (_tick is not null)
            await _tick.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await EndAsync(EndWorkAsync(), "what it was asked for").ConfigureAwait(false);
        foreach (var subscription in Subscriptions())
            subscription.Close();
        Forget(new RemoveOwner(Owner));
        await Queue.DisposeAsync().ConfigureAwait(false);
        await EndAsync(Task.Run(() => Store.DisposeAsync().AsTask()), "its closing").ConfigureAwait(false);
        _reads.Dispose();
        _meter.Dispose();
        _stop.Dispose();
    }

    private async Task EndWorkAsync()
    {
        await _opening.ConfigureAwait(false);
        await _retention.DisposeAsync().ConfigureAwait(false);
        await _servers.DisposeAsync().ConfigureAwait(false);
    }

    // A server stops, whatever its store does.
    private async Task EndAsync(Task ending, string what)
    {
        try
        {
            await ending.WaitAsync(_options.StoreTimeout, Time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!ending.IsCompleted)
        {
            Log.GivenUp(Logger, Store.Name, what, _options.StoreTimeout);
        }
        catch (Exception exception)
        {
            Log.EndFailed(Logger, exception, Store.Name);
        }
    }

    private void ThrowIfNotStarted()
    {
        if (!Volatile.Read(ref _isStarted))
            throw new TopicStoreException("Topics start with the host, which has not started yet.");
    }

    private void ThrowIfNotOpen()
    {
        if (!Volatile.Read(ref _isOpen))
            throw new TopicStoreException($"The topic store {Store.Name} is not open.", Health.Failure);
    }

    private AppendEvent NewAppend(TopicName topic, in PacketData data, string? key)
    {
        var size = StoredEvent.SizeOf(data);
        if (size > _options.MaxEventBytes)
            throw new ArgumentException($"The event has {size} bytes; {nameof(TopicsOptions.MaxEventBytes)} allows {_options.MaxEventBytes}.", nameof(data));
        var options = _retention.OptionsOf(topic.Checked());
        return key is null ? new AppendEvent(topic, data) : new AppendEvent(topic, data, Names.Key(key), options.Memory);
    }

    private async Task<bool> TryOpenAsync(CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        try
        {
            await Store.OpenAsync(new(this, Time, Logger), ends.Token).ConfigureAwait(false);
        }
        catch (TopicStoreException exception) when (!exception.IsPermanent)
        {
            Health.Failed(exception);
            return false;
        }
        Health.Answered(hasStored: false);
        Volatile.Write(ref _isOpen, true);
        Queue.Open();
        if (Store.IsShared)
            _servers.Start();
        _retention.Start();
        return true;
    }

    private async Task OpenLaterAsync(Task<bool> opening)
    {
        try
        {
            while (!await opening.ConfigureAwait(false))
            {
                await Health.DelayAsync(Stopping).ConfigureAwait(false);
                opening = TryOpenAsync(default);
            }
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            // the server stops
        }
        catch (Exception exception)
        {
            Health.Failed(exception);
        }
    }

    private Subscription FindOrMake(SubscriptionName name, Sharing sharing)
    {
        if (_subscriptions.TryGetValue(name, out var found))
        {
            return found.IsShared == sharing is Sharing.OneOf
                ? found
                : throw new InvalidOperationException($"The subscription {name} has receivers with another {nameof(Sharing)}.");
        }
        var topic = _topics.GetOrAdd(name.Topic, new Topic(name.Topic, _reads, _budget));
        topic.Users++;
        Subscription made = sharing is Sharing.OneOf ? new OneOfSubscription(this, name, topic) : new EachSubscription(this, name, topic);
        _subscriptions.Add(name, made);
        return made;
    }

    // Before the emitters go on: what they know to be stored is on its way.
    private void OnExecuted(TopicBatch batch)
    {
        var duplicates = 0;
        foreach (var append in batch.Appends)
        {
            _answers.Check(append, _topics.GetValueOrDefault(append.Topic));
            if (append.IsDuplicate)
                duplicates++;
            else if (append.Error is null)
                OnStored(append, batch.Now);
        }
        foreach (var move in batch.Moves)
            _answers.Check(move);
        foreach (var attach in batch.Others.OfType<AttachSubscriber>())
            _answers.Check(attach, _topics.GetValueOrDefault(attach.Subscription.Topic));
        foreach (var topic in _changed)
        {
            topic.IsChanged = false;
            topic.Signal();
        }
        _changed.Clear();
        _metrics.Stored(batch.Appends.Count - duplicates);
        _metrics.Duplicates(duplicates);
    }

    private void OnStored(AppendEvent append, DateTimeOffset now)
    {
        _retention.OnStored(append);
        if (!_topics.TryGetValue(append.Topic, out var topic))
            return;
        topic.Append(new StoredEvent(append.Sequence, now, append.Data));
        if (topic.IsChanged)
            return;
        topic.IsChanged = true;
        _changed.Add(topic);
    }

    private void Tick()
    {
        try
        {
            foreach (var subscription in Subscriptions())
                subscription.Tick();
            foreach (var (_, topic) in _topics)
                topic.Sweep();
        }
        catch (Exception exception)
        {
            // of the clock, say, on a thread where it would end the process
            Log.TickFailed(Logger, exception);
        }
    }

    private Subscription[] Subscriptions()
    {
        lock (_sync)
            return [.. _subscriptions.Values];
    }

    private async Task RefreshAsync()
    {
        foreach (var (_, topic) in _topics)
        {
            try
            {
                await topic.RefreshAsync(Stopping).ConfigureAwait(false);
            }
            catch (TopicStoreException)
            {
                // The listener comes back before the store does. Its reads are tried again when a receiver looks.
                topic.Signal();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
