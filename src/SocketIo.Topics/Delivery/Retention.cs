using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Topics;

/// <summary>
/// Deletes what topics are not to keep: by and by what is too old or acknowledged, and where a topic is limited also when much was stored.
/// Several servers on one store do so all; what one has deleted the others do not find.
/// </summary>
internal sealed class Retention(TopicService service, TopicsOptions options, TopicSurvey survey) : IAsyncDisposable
{
    // Enough to keep up with any store, few enough not to keep emits waiting.
    private const int MaxDeleted = 2000;

    // What is remembered of topics that nobody uses any more is forgotten when there are so many.
    private const int MaxRemembered = 100_000;

    private readonly ConcurrentDictionary<TopicName, Limits> _limits = new();
    private Task _cleaning = Task.CompletedTask;

    public void Start() => _cleaning = CleanAsync();

    public async ValueTask DisposeAsync() => await _cleaning.ConfigureAwait(false);

    public TopicOptions OptionsOf(TopicName topic) => LimitsOf(topic).Options;

    /// <summary>
    /// An event was stored, after its topic's options were asked for. A topic that may have become too long by a tenth is trimmed.
    /// </summary>
    public void OnStored(AppendEvent append)
    {
        if (_limits.TryGetValue(append.Topic, out var limits) && limits.Add(append.Size))
            _ = TrimNowAsync(append.Topic, limits);
    }

    private async Task CleanAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(options.CleanupInterval, service.Time, service.Stopping).ConfigureAwait(false);
                await TryCleanAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }

    private async Task TryCleanAsync()
    {
        try
        {
            if (_limits.Count > MaxRemembered)
                _limits.Clear();
            await foreach (var topic in service.Store.ListTopicsAsync(null, service.Stopping).ConfigureAwait(false))
            {
                if (TryLimitsOf(topic.Topic, out var limits))
                    await CleanAsync(topic, limits).ConfigureAwait(false);
            }
            survey.Publish();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.CleanupFailed(service.Logger, exception);
        }
    }

    // Options that cannot work are one topic's fault: the others are cleaned all the same.
    private bool TryLimitsOf(TopicName topic, [NotNullWhen(true)] out Limits? limits)
    {
        limits = null;
        try
        {
            limits = LimitsOf(topic);
        }
        catch (Exception exception)
        {
            Log.CleanupFailed(service.Logger, exception);
        }
        return limits is not null;
    }

    private async Task CleanAsync(TopicInfo topic, Limits limits)
    {
        var lag = topic.Subscriptions > 0 ? await LookAtSubscribersAsync(topic.Topic, limits.Options.MaxSubscriberAge).ConfigureAwait(false) : 0;
        survey.Add(topic, lag);
        await TrimAsync(topic.Topic, limits).ConfigureAwait(false);
    }

    /// <summary>Forgets subscribers that were not seen for long.</summary>
    /// <returns>How far behind the last of the others is.</returns>
    private async Task<long> LookAtSubscribersAsync(TopicName topic, TimeSpan? maxAge)
    {
        var limit = maxAge is { } age ? service.Time.GetUtcNow() - age : DateTimeOffset.MinValue;
        var lag = 0L;
        await foreach (var subscription in service.Store.ListSubscriptionsAsync(topic, service.Stopping).ConfigureAwait(false))
        {
            if (subscription.IsAttached || subscription.LastSeen >= limit)
                lag = Math.Max(lag, subscription.Lag);
            else
                await ForgetAsync(subscription, limit).ConfigureAwait(false);
        }
        return lag;
    }

    private async Task ForgetAsync(SubscriptionInfo subscription, DateTimeOffset limit)
    {
        var remove = new RemoveSubscription(subscription.Subscription, limit);
        await service.Queue.ExecuteAsync(remove).ConfigureAwait(false);
        if (remove.IsRemoved)
            Log.Forgotten(service.Logger, subscription.Subscription, subscription.LastSeen);
    }

    private async Task TrimNowAsync(TopicName topic, Limits limits)
    {
        try
        {
            do
                await TrimAsync(topic, limits).ConfigureAwait(false);
            while (!limits.TryEnd());
        }
        catch (TopicStoreException)
        {
            // what is stored next tries again
            limits.End();
        }
    }

    private async Task TrimAsync(TopicName topic, Limits limits)
    {
        while (true)
        {
            var trim = new TrimTopic(topic)
            {
                StoredBefore = service.Time.GetUtcNow() - limits.Options.MaxAge,
                MaxCount = limits.Options.MaxCount,
                MaxBytes = limits.Options.MaxBytes,
                Acknowledged = limits.Options.DeleteAcknowledged,
                Memory = limits.Options.Memory,
                MaxDeleted = MaxDeleted,
            };
            await service.Queue.ExecuteAsync(trim).ConfigureAwait(false);
            if (!trim.HasMore)
                return;
        }
    }

    private Limits LimitsOf(TopicName topic) =>
        _limits.TryGetValue(topic, out var limits) ? limits : _limits.GetOrAdd(topic, static (name, options) => new Limits(options.Of(name)), options);

    /// <summary>What a topic may keep, and how much was stored since it was looked at.</summary>
    private sealed class Limits(TopicOptions options)
    {
        private long _count;
        private long _bytes;
        private int _isTrimming;

        public TopicOptions Options => options;

        private bool IsDue => _count > options.MaxCount / 10 || _bytes > options.MaxBytes / 10;

        /// <summary>Counts an event; true when it is time to trim, and nobody does: whoever gets it trims until <see cref="TryEnd"/>.</summary>
        public bool Add(int bytes)
        {
            if (options.MaxCount is null && options.MaxBytes is null)
                return false;
            _count++;
            _bytes += bytes;
            return TryBegin();
        }

        /// <summary>Nobody trims any more; false when so much was stored meanwhile that the caller is to go on.</summary>
        public bool TryEnd()
        {
            End();

            // what came before the end and found somebody trimming
            return !TryBegin();
        }

        public void End() => Interlocked.Exchange(ref _isTrimming, 0);

        // What is stored from here on counts for the next time.
        private bool TryBegin()
        {
            if (!IsDue || Interlocked.Exchange(ref _isTrimming, 1) != 0)
                return false;
            _count = 0;
            _bytes = 0;
            return true;
        }
    }
}
