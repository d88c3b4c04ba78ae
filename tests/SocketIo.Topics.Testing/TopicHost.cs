using System.Text;
using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>A server's topics, with a clock that the test moves, or the system's.</summary>
internal sealed class TopicHost : IAsyncDisposable
{
    public static readonly TopicName Orders = new("/", "orders");
    public static readonly SubscriptionName Ann = new(Orders, "ann");

    private TopicHost(ITopicStore store, TopicsOptions options, ManualClock? clock, LogSink log)
    {
        Clock = clock!;
        Log = log;
        Store = store;

        // time that a test lets pass counts for a batch on its way: what a script has in front of memory is executed at once
        bool? isInline = store is ScriptedStore ? true : null;
        Service = new TopicService(store, options, (TimeProvider?)clock ?? TimeProvider.System, log.CreateLogger("topics"), isInline: isInline);
    }

    public ManualClock Clock { get; }

    public LogSink Log { get; }

    public ITopicStore Store { get; }

    public TopicService Service { get; }

    public static async Task<TopicHost> StartAsync(
        ITopicStore store, Action<TopicsOptions>? configure = null, ManualClock? clock = null, LogSink? log = null)
    {
        var options = new TopicsOptions();
        configure?.Invoke(options);
        var host = new TopicHost(store, options, clock, log ?? new LogSink());
        await host.Service.StartAsync(default).WithDeadline();
        return host;
    }

    public static PacketData Data(string text) => new(Encoding.UTF8.GetBytes($"[\"event\",\"{text}\"]"));

    public async Task<long> EmitAsync(string text, TopicName? topic = null, string? key = null) =>
        await Service.EmitAsync(topic ?? Orders, Data(text), key).AsTask().WithDeadline();

    /// <summary>Emits events with the texts "1", "2" and so on.</summary>
    public async Task EmitAsync(int count, int first = 1)
    {
        for (var n = first; n < first + count; n++)
            await EmitAsync($"{n}");
    }

    public async Task<FakeReceiver> SubscribeAsync(
        SubscriptionName? name = null, TopicStart start = default, Action<SubscribeOptions>? configure = null, bool acknowledges = true)
    {
        var receiver = new FakeReceiver { Acknowledges = acknowledges };
        await AddAsync(receiver, name, start, configure);
        return receiver;
    }

    public async Task<ITopicLane> AddAsync(
        FakeReceiver receiver, SubscriptionName? name = null, TopicStart start = default, Action<SubscribeOptions>? configure = null)
    {
        var options = new SubscribeOptions { Start = start };
        configure?.Invoke(options);
        var lane = await Service.SubscribeAsync(name ?? Ann, options, receiver).WithDeadline();
        receiver.Join(lane);
        return lane;
    }

    /// <summary>What the store knows of a subscription.</summary>
    public async Task<SubscriptionInfo?> InfoAsync(SubscriptionName? name = null) =>
        await Store.ListSubscriptionsAsync((name ?? Ann).Topic, default).SingleOrDefaultAsync(one => one.Subscription == (name ?? Ann));

    public async Task<long> CursorAsync(SubscriptionName? name = null) => (await InfoAsync(name))!.Cursor;

    /// <summary>Waits until the store knows that a subscription has no receiver.</summary>
    public Task DetachedAsync(SubscriptionName? name = null) =>
        Deadlines.Eventually(() => Service.SubscriptionCount == 0 && InfoAsync(name).GetAwaiter().GetResult() is null or { IsAttached: false });

    /// <summary>Lets time pass in steps, so that what waits goes on in between.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var end = Clock.GetUtcNow() + time; Clock.GetUtcNow() < end; Clock.Advance(TimeSpan.FromMilliseconds(250)))
            await Task.Delay(1);
    }

    public async Task PassUntilAsync(Func<bool> condition)
    {
        var until = DateTime.UtcNow + Deadlines.Default;
        while (!condition())
        {
            if (DateTime.UtcNow > until)
                throw new TimeoutException("It never became true.");
            await PassAsync(TimeSpan.FromMilliseconds(250));
        }
    }

    public async ValueTask DisposeAsync()
    {
        var end = Service.DisposeAsync().AsTask();
        if (Clock is not null)
            await PassUntilAsync(() => end.IsCompleted);
        await end.WithDeadline(TimeSpan.FromSeconds(30));
    }
}
