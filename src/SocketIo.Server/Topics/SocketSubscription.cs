namespace SocketIo.Topics;

/// <summary>A socket's subscription, from the call on until the socket has gone or the subscription was removed.</summary>
internal sealed class SocketSubscription(SocketTopics topics, Socket socket, SubscriptionName name, SubscribeOptions options)
{
    private readonly Lock _sync = new();
    private Lazy<Task>? _joining;

    // guarded by _sync
    private ITopicLane? _lane;
    private bool _isOver;

    public Socket Socket => socket;

    public SubscriptionName Name => name;

    public SubscribeOptions Options => options;

    /// <summary>Begins, once. One that could not begin since the store is away goes on trying.</summary>
    /// <exception cref="TopicStoreException">The store is away; it begins when it is back.</exception>
    public Task JoinAsync() => LazyInitializer.EnsureInitialized(ref _joining, () => new Lazy<Task>(JoinOnceAsync)).Value;

    /// <summary>The socket has gone.</summary>
    public void Leave()
    {
        ITopicLane? lane;
        lock (_sync)
        {
            _isOver = true;
            lane = _lane;
        }
        lane?.Leave();
    }

    /// <summary>The subscription was removed.</summary>
    public void End()
    {
        lock (_sync)
            _isOver = true;
        topics.Forget(this);
    }

    private async Task JoinOnceAsync()
    {
        try
        {
            await SubscribeAsync().ConfigureAwait(false);
        }
        catch (TopicStoreException exception) when (!exception.IsPermanent)
        {
            _ = JoinLaterAsync();
            throw;
        }
        catch
        {
            topics.Forget(this);
            throw;
        }
    }

    private async Task JoinLaterAsync()
    {
        try
        {
            while (!await TryJoinAsync().ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception)
        {
            topics.Forget(this);
            socket.Namespace.Handlers.Report(socket, exception, "subscription");
        }
    }

    private async Task<bool> TryJoinAsync()
    {
        try
        {
            await topics.Service.Health.DelayAsync(socket.Disconnection).ConfigureAwait(false);
            await SubscribeAsync().ConfigureAwait(false);
            return true;
        }
        catch (TopicStoreException exception) when (!exception.IsPermanent)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private async Task SubscribeAsync()
    {
        var lane = await topics.Service.SubscribeAsync(name, options, new SocketReceiver(this)).ConfigureAwait(false);
        bool isOver;
        lock (_sync)
        {
            _lane = lane;
            isOver = _isOver;
        }
        if (isOver)
            lane.Leave();
    }
}
