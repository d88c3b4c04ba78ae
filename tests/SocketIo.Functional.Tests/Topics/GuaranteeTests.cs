using System.Diagnostics;
using System.Text.Json;
using SocketIo.TestKit;
using SocketIo.Topics;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>What topics promise beside delivery: sharing, retention, keys, and what happens without the store.</summary>
public sealed class GuaranteeTests
{
    private static readonly object Reconnecting = new { reconnection = true, reconnectionDelay = 20, reconnectionDelayMax = 50 };

    [Test]
    public async Task Of_competing_consumers_each_event_has_one_and_what_a_dead_one_leaves_goes_to_another()
    {
        await using var server = await TopicServer.StartAsync(subscribe: static () => new() { Sharing = Sharing.OneOf, Window = 8 });
        var workers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.ConnectUserAsync("workers")));
        await server.EmitAsync(1, 300);
        await Deadlines.Eventually(() => workers.Sum(static one => Orders(one).Length) == 300);
        Assert.That(workers.SelectMany(Orders).Order(), Is.EqualTo(Enumerable.Range(1, 300)));
        Assert.That(workers.Select(static one => Orders(one).Length), Has.All.GreaterThan(0));

        await workers[0].OnAckNeverAsync("order");
        await server.EmitAsync(301, 400);
        await Deadlines.Eventually(() => Orders(workers[0]).Count(static one => one > 300) == 8);
        var left = Orders(workers[0]).Where(static one => one > 300).ToArray();
        await workers[0].CutTransportAsync();
        await Deadlines.Eventually(() => Orders(workers[1]).Concat(Orders(workers[2])).Count(static one => one > 300) >= 100);
        Assert.That(left.All(one => Orders(workers[1]).Concat(Orders(workers[2])).Contains(one)));
        Assert.That(Orders(workers[1]).Concat(Orders(workers[2])).Where(static one => one > 300).Order(), Is.EqualTo(Enumerable.Range(301, 100)));
    }

    [Test]
    public async Task What_retention_has_deleted_is_told_before_what_follows()
    {
        await using var server = await TestServer.StartSocketIoAsync(
            static io => io.OnConnection(static socket => socket.SubscribeAsync("orders", "ann", new()
            {
                OnMissed = range => socket.EmitAsync("missed", range.First, range.Last),
            })),
            build: static builder => builder.Services.AddSocketIo().AddTopics(static topics => topics.ForAll(static topic => topic.MaxCount = 10)));
        var (client, _) = await server.ConnectAsync();
        await client.OnAckAsync("order");
        await server.SubscribedAsync("ann");
        await client.DisconnectAsync();
        await server.LeftAsync("ann");
        await server.EmitAsync(1, 50);
        await DeletedAsync(server, 30);
        var kept = (await server.Io.Topic("orders").GetInfoAsync())!.Kept;

        (client, _) = await server.ConnectAsync();
        await client.OnAckAsync("order");
        var missed = await client.NextEventAsync("missed");
        Assert.That((missed.Args[0].GetInt64(), missed.Args[1].GetInt64()), Is.EqualTo((1, kept.First - 1)));
        Assert.That(await client.TakeAsync((int)kept.Count), Is.EqualTo(string.Join(' ', Enumerable.Range((int)kept.First, (int)kept.Count))));
        Assert.That(client.Events.Where(static one => !one.IsLifecycle).Select(static one => one.Name).First(), Is.EqualTo("missed"));
    }

    [TestCase("before it is stored")]
    [TestCase("after it was stored")]
    public async Task What_a_client_sends_again_since_its_connection_was_cut_is_stored_once(string step)
    {
        var arrived = new Signal<int>();
        var goOn = new TaskCompletionSource();
        var count = 0;
        await using var server = await TopicServer.StartAsync(io => io.On("place", async (Socket socket, JsonElement order) =>
        {
            var isFirst = Interlocked.Increment(ref count) == 1;
            if (isFirst && step.StartsWith("before", StringComparison.Ordinal))
                await WaitAsync();
            var sequence = await io.Topic("orders").Dedupe(order.GetProperty("id").GetString()!).EmitAsync("order", order);
            if (isFirst && step.StartsWith("after", StringComparison.Ordinal))
                await WaitAsync();
            return sequence;
        }));
        var client = await server.ConnectUserAsync("shop", more: new { retries = 3, ackTimeout = 2000, reconnection = true, reconnectionDelay = 20 });
        await client.EmitAsync("place", new { id = "order 7", text = "pizza" });
        await arrived.NextAsync();
        await client.CutTransportAsync();
        await Deadlines.Eventually(() => count == 2);
        goOn.SetResult();
        Assert.That(await client.EmitWithAckAsync("place", new { id = "order 8" }), Has.Length.EqualTo(1));
        Assert.That((await server.Io.Topic("orders").GetInfoAsync())!.Kept.Last, Is.EqualTo(2));
        Assert.That((await server.Io.Topic("orders").Dedupe("order 7").EmitAsync("order", 1), count), Is.EqualTo((1, 3)));

        Task WaitAsync()
        {
            arrived.Set(1);
            return goOn.Task;
        }
    }

    [Test]
    public async Task An_unsubscribed_client_gets_nothing_more_and_begins_anew()
    {
        await using var server = await TopicServer.StartAsync();
        var client = await server.ConnectUserAsync("ann", acknowledges: false);
        await server.EmitAsync(1, 2);
        await client.TakeAsync(2);
        var socket = server.Io.Sockets.Values.Single();
        Assert.That(await socket.UnsubscribeAsync("orders", "ann"));
        Assert.That(await socket.UnsubscribeAsync("orders", "ann"), Is.False);
        await server.EmitAsync(3, 3);
        await socket.SubscribeAsync("orders", "ann");
        await server.EmitAsync(4, 4);
        Assert.That(await client.TakeAsync(1), Is.EqualTo("4"));
    }

    [Test]
    public async Task A_new_subscriber_begins_where_it_says()
    {
        await using var server = await TopicServer.StartAsync(static io => io.On("begin", async (Socket socket, string user, long sequence) =>
            await socket.SubscribeAsync("orders", user, new() { Start = sequence > 0 ? TopicStart.AtSequence(sequence) : TopicStart.AtTime(DateTimeOffset.UtcNow.AddHours(-1)) })));
        await server.EmitAsync(1, 5);
        var (client, _) = await server.ConnectAsync();
        await client.EmitAsync("begin", "late", 4);
        Assert.That(await client.TakeAsync(2), Is.EqualTo("4 5"));
        await client.EmitAsync("begin", "since an hour", 0);
        Assert.That(await client.TakeAsync(5), Is.EqualTo("1 2 3 4 5"));
    }

    [TestCase("postgres")]
    [TestCase("redis")]
    public async Task Without_its_store_for_ten_seconds_emits_fail_in_time_others_are_served_and_nothing_stored_is_lost(string kind)
    {
        await using var database = await TopicDatabase.StartAsync(kind);
        await using var server = await TopicServer.StartAsync(topics: topics =>
        {
            database.Use(topics);
            topics.StoreTimeout = TimeSpan.FromSeconds(1);
        });
        foreach (var expected in new[] { "is away", "does not acknowledge", "gives no sign of life", "took this one for dead", "notifications", "listen", "connection to Redis", "could not be deleted" })
            server.Log.Expect(expected);
        var client = await server.ConnectUserAsync("ann");
        await server.EmitAsync(1, 5);
        await client.TakeAsync(5);
        await database.KillAsync();
        var away = Stopwatch.StartNew();

        var watch = Stopwatch.StartNew();
        Assert.That(await Assert.CatchAsync(() => server.Io.Topic("orders").EmitAsync("order", 99).AsTask()), Is.TypeOf<TopicStoreException>());
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(4)));
        await server.Io.EmitAsync("other");
        await client.NextEventAsync("other");
        await Task.Delay(TimeSpan.FromSeconds(10) - away.Elapsed);

        await database.RestartAsync();
        await Deadlines.Eventually(() => server.Io.Topic("orders").EmitAsync("order", 6).AsTask() is var emit && Settles(emit), deadline: TimeSpan.FromSeconds(30));
        await Deadlines.Eventually(() => Orders(client).Contains(6), deadline: TimeSpan.FromSeconds(30));
        Assert.That(Orders(client).Distinct().Where(static one => one != 99), Is.EqualTo(Enumerable.Range(1, 6)));

        static bool Settles(Task emit)
        {
            try
            {
                return emit.Wait(TimeSpan.FromSeconds(5));
            }
            catch (AggregateException)
            {
                return false;
            }
        }
    }

    [Test]
    public async Task A_client_that_connects_while_the_store_is_away_is_served_when_it_is_back()
    {
        var store = new FlakyStore(new MemoryTopicStore());
        await using var server = await TopicServer.StartAsync(
            topics: topics =>
            {
                topics.UseStore(_ => store);
                topics.StoreTimeout = TimeSpan.FromMilliseconds(200);
            },
            subscribe: static () => new() { Start = TopicStart.Beginning });
        await server.EmitAsync(1, 3);
        store.IsAway = true;
        server.Log.Expect("is away");
        server.Log.Expect("A handler of connection threw");
        var (client, _) = await server.ConnectAsync(options: new { transports = new[] { "websocket" }, query = new { user = "ann" } });
        await client.OnAckAsync("order");
        await Deadlines.Eventually(() => server.Log.Entries.Any(static one => one.Message.StartsWith("A handler of connection", StringComparison.Ordinal)));
        store.IsAway = false;
        Assert.That(await client.TakeAsync(3), Is.EqualTo("1 2 3"));
        await server.CursorIsAsync("ann", 3);
    }

    [TestCase("postgres")]
    [TestCase("redis")]
    public async Task Two_servers_on_one_database_deliver_what_the_other_stores_and_a_subscriber_moves_between_them(string kind)
    {
        await using var database = await TopicDatabase.StartAsync(kind);
        await using var one = await TopicServer.StartAsync(topics: database.Use);
        await using var other = await TopicServer.StartAsync(topics: database.Use);
        var client = await one.ConnectUserAsync("ann");
        await other.EmitAsync(1, 10);
        Assert.That(await client.TakeAsync(10), Is.EqualTo(string.Join(' ', Enumerable.Range(1, 10))));
        await one.CursorIsAsync("ann", 10);
        await client.DisconnectAsync();
        await one.LeftAsync("ann");
        await one.EmitAsync(11, 20);
        client = await other.ConnectUserAsync("ann");
        await one.EmitAsync(21, 25);
        Assert.That(await client.TakeAsync(15), Is.EqualTo(string.Join(' ', Enumerable.Range(11, 15))));
        await one.CursorIsAsync("ann", 25);
    }

    [Test]
    public async Task Who_subscribes_anew_after_another_server_has_forgotten_it_gets_what_comes([Values("postgres", "redis")] string kind, [Values] Sharing sharing)
    {
        await using var database = await TopicDatabase.StartAsync(kind);
        await using var one = await TopicServer.StartAsync(
            io => io.On("again", (Socket socket) => socket.SubscribeAsync("orders", "ann", new() { Sharing = sharing })),
            topics: database.Use, subscribe: () => new() { Sharing = sharing });
        await using var other = await TopicServer.StartAsync(topics: database.Use);
        var client = await one.ConnectUserAsync("ann");
        await one.EmitAsync(1, 3);
        await client.TakeAsync(3);
        await one.CursorIsAsync("ann", 3);
        Assert.That(await other.Io.Topic("orders").UnsubscribeAsync("ann"));
        await client.EmitWithAckAsync("again");
        Assert.That(await other.Io.Topic("orders").GetSubscriptionsAsync().CountAsync(), Is.EqualTo(1));
        await other.EmitAsync(4, 6);
        Assert.That(await client.TakeAsync(3), Is.EqualTo("4 5 6"));
        await other.CursorIsAsync("ann", 6);
    }

    [Test]
    public async Task Beside_recovery_everything_arrives_once_and_in_order(
        [Values] Receipt receipt)
    {
        await using var server = await TopicServer.StartAsync(
            options: static options => options.ConnectionStateRecovery = new(),
            subscribe: () => new() { Receipt = receipt });
        var client = await server.ConnectUserAsync("ann", acknowledges: receipt is Receipt.Acknowledged, more: Reconnecting);
        await server.Io.EmitAsync("plain", "text");
        await server.EmitAsync(1, 3);
        await client.TakeAsync(3);
        await server.CursorIsAsync("ann", 3);
        await client.CutTransportAsync();
        await server.LeftAsync("ann");
        await server.Io.EmitAsync("plain", "missed");
        await server.EmitAsync(4, 6);
        Assert.That(await client.TakeAsync(3), Is.EqualTo("4 5 6"));
        await client.NextEventAsync("plain");
        Assert.That((await client.NextEventAsync("plain")).Args[0].GetString(), Is.EqualTo("missed"));
        Assert.That((await client.GetStateAsync()).Recovered);
        await server.CursorIsAsync("ann", 6);
        Assert.That(Orders(client), Is.EqualTo(Enumerable.Range(1, 6)));
    }

    [Test]
    public async Task A_recovered_socket_goes_on_without_subscribing_again()
    {
        await using var server = await TestServer.StartSocketIoAsync(
            static io => io.OnConnection(static socket => socket.Recovered ? Task.CompletedTask : socket.SubscribeAsync("orders", "ann")),
            static options => options.ConnectionStateRecovery = new(),
            static builder => builder.Services.AddSocketIo().AddTopics());
        var (client, _) = await server.ConnectAsync(options: new { transports = new[] { "websocket" }, reconnection = true, reconnectionDelay = 20 });
        await client.OnAckAsync("order");
        await server.SubscribedAsync("ann");
        await server.Io.EmitAsync("plain", "text");
        await client.NextEventAsync("plain");
        await client.CutTransportAsync();
        await server.LeftAsync("ann");
        await server.EmitAsync(1, 3);
        Assert.That(await client.TakeAsync(3), Is.EqualTo("1 2 3"));
        Assert.That((await client.GetStateAsync()).Recovered);
    }

    private static int[] Orders(NodeClient client) =>
        [.. client.Events.Where(static one => one.Name == "order").Select(static one => one.Args[0].GetInt32())];

    private static async Task DeletedAsync(TestServer server, long count)
    {
        var until = DateTime.UtcNow + Deadlines.Default;
        while ((await server.Io.Topic("orders").GetInfoAsync())!.Kept.First <= count)
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(until), $"{await server.Io.Topic("orders").GetInfoAsync()}");
            await Task.Delay(5);
        }
    }
}
