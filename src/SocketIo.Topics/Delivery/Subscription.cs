namespace SocketIo.Topics;

/// <summary>
/// A subscription that has receivers on this server, from the first that comes until the last has left and the store knows. A receiver that
/// comes while the store is told that the last one has left waits until it is attached again.
/// </summary>
internal abstract class Subscription(TopicService service, SubscriptionName name, Topic topic)
{
    // guarded by Sync
    private readonly List<Joining> _joining = [];
    private bool _isReconciling;

    public SubscriptionName Name => name;

    public Topic Topic => topic;

    /// <inheritdoc cref="TopicInfo.Id" />
    public string TopicId { get; private set; } = "";

    public abstract bool IsShared { get; }

    public abstract int LaneCount { get; }

    /// <summary>Whether something of it is on its way to the store that whoever has its name next must know of; under <see cref="Sync"/>.</summary>
    protected virtual bool IsBusy => false;

    /// <summary>Taken inside of the service's lock and outside of the topic's.</summary>
    protected Lock Sync { get; } = new();

    protected TopicService Service => service;

    /// <summary>Whether the store has it attached, so that there may be lanes; guarded by <see cref="Sync"/>.</summary>
    protected bool IsAttached { get; private set; }

    /// <summary>Changes each time that it is attached; guarded by <see cref="Sync"/>.</summary>
    protected int Epoch { get; private set; }

    /// <summary>Whether there is nobody and nothing to do for it; called under the service's lock, so that nobody comes meanwhile.</summary>
    public bool IsOver
    {
        get
        {
            lock (Sync)
                return !_isReconciling && !IsAttached && !IsBusy && _joining.Count + LaneCount == 0;
        }
    }

    /// <summary>Adds a receiver. Called under the service's lock; <see cref="Reconcile"/> is called behind it.</summary>
    public Task<ITopicLane> JoinAsync(ITopicReceiver receiver, SubscribeOptions options)
    {
        lock (Sync)
        {
            if (IsAttached)
                return Task.FromResult(StartLane(receiver, options));
            var joining = new Joining(receiver, options);
            _joining.Add(joining);
            return joining.Task;
        }
    }

    /// <summary>Brings the store to know whether there are receivers.</summary>
    public void Reconcile()
    {
        lock (Sync)
        {
            if (_isReconciling)
                return;
            _isReconciling = true;
        }
        _ = ReconcileAsync();
    }

    /// <summary>The store has forgotten that it is attached.</summary>
    public void Reattach()
    {
        lock (Sync)
        {
            if (!IsAttached)
                return;
            IsAttached = false;
        }
        Reconcile();
    }

    /// <summary>The subscription does not exist any more.</summary>
    public void End()
    {
        ITopicReceiver[] receivers;
        lock (Sync)
        {
            receivers = EndLanes();
            IsAttached = false;
        }
        foreach (var receiver in receivers)
            receiver.Ended();
        Reconcile();
    }

    /// <summary>All receivers have gone, as the server does.</summary>
    public void Close()
    {
        lock (Sync)
        {
            EndLanes();
            FailJoining(new TopicStoreException("The server is stopping."));
        }
        Reconcile();
    }

    /// <summary>Time has passed: looks for receivers that do not acknowledge.</summary>
    public abstract void Tick();

    /// <summary>Makes a lane; under <see cref="Sync"/>.</summary>
    protected abstract ITopicLane StartLane(ITopicReceiver receiver, SubscribeOptions options);

    /// <summary>Closes all lanes; under <see cref="Sync"/>.</summary>
    protected abstract ITopicReceiver[] EndLanes();

    /// <summary>The store has attached it; under <see cref="Sync"/>.</summary>
    protected abstract void OnAttached(AttachSubscriber attach, int window);

    /// <summary>Goes on with what waited until the store had it attached.</summary>
    protected abstract void Resume();

    /// <summary>What is to be written before the store detaches it, and the last event that was sent; under <see cref="Sync"/>.</summary>
    protected abstract (IReadOnlyList<TopicOperation> Last, long Sent) OnDetaching();

    private async Task ReconcileAsync()
    {
        while (true)
        {
            (IReadOnlyList<TopicOperation> Last, long Sent)? detaching = null;
            lock (Sync)
            {
                var hasReceivers = _joining.Count + LaneCount > 0;
                if (hasReceivers == IsAttached)
                {
                    _isReconciling = false;
                    break;
                }
                if (!hasReceivers)
                {
                    // from here on who comes waits
                    IsAttached = false;
                    detaching = OnDetaching();
                }
            }
            if (detaching is var (last, sent))
                await DetachAsync(last, sent).ConfigureAwait(false);
            else
                await AttachAsync().ConfigureAwait(false);
        }
        service.RemoveIfOver(this);
    }

    private async Task AttachAsync()
    {
        var options = FirstOptions();
        var attach = new AttachSubscriber(name, service.Owner, options.Start, IsShared);
        try
        {
            await service.Queue.ExecuteAsync(attach, isPatient: LaneCount > 0).ConfigureAwait(false);
            if (attach.IsOtherKind)
                throw new InvalidOperationException($"The subscription {name} exists with another {nameof(Sharing)}; unsubscribe it first.");
        }
        catch (Exception exception)
        {
            lock (Sync)
            {
                EndLanes();
                FailJoining(exception);
            }
            if (exception is TopicStoreException { MayBeStored: true })
                service.Forget(new DetachSubscriber(name, service.Owner, 0));
            return;
        }
        topic.Advance(attach.Kept.Last);
        lock (Sync)
        {
            IsAttached = true;
            Epoch++;
            TopicId = attach.TopicId;
            OnAttached(attach, options.Window);
            foreach (var joining in _joining)
                joining.Complete(StartLane(joining.Receiver, joining.Options));
            _joining.Clear();
        }
        Resume();
    }

    private async Task DetachAsync(IReadOnlyList<TopicOperation> last, long sent)
    {
        foreach (var operation in last)
            service.Forget(operation);
        try
        {
            await service.Queue.ExecuteAsync(new DetachSubscriber(name, service.Owner, sent), isPatient: true).ConfigureAwait(false);
        }
        catch (TopicStoreException exception)
        {
            service.NoticeUnwritten(name, exception);
        }
    }

    private SubscribeOptions FirstOptions()
    {
        lock (Sync)
            return _joining.Count > 0 ? _joining[0].Options : new SubscribeOptions();
    }

    private void FailJoining(Exception exception)
    {
        foreach (var joining in _joining)
            joining.Fail(exception);
        _joining.Clear();
    }

    /// <summary>A receiver that waits for the store.</summary>
    private sealed class Joining(ITopicReceiver receiver, SubscribeOptions options)
    {
        private readonly TaskCompletionSource<ITopicLane> _lane = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ITopicReceiver Receiver => receiver;

        public SubscribeOptions Options => options;

        public Task<ITopicLane> Task => _lane.Task;

        public void Complete(ITopicLane lane) => _lane.SetResult(lane);

        public void Fail(Exception exception) => _lane.SetException(exception);
    }
}
