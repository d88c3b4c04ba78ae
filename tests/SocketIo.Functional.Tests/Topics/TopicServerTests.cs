using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SocketIo.TestKit;
using SocketIo.Topics;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>The server's side of topics.</summary>
public sealed class TopicServerTests
{
    [Test]
    public async Task Several_sockets_of_a_subscriber_get_every_event_each_and_any_acknowledgement_counts()
    {
        await using var server = await TopicServer.StartAsync();
        var silent = await server.ConnectUserAsync("ann", acknowledges: false);
        var loud = await server.ConnectUserAsync("ann");
        await server.EmitAsync(1, 5);
        Assert.That((await silent.TakeAsync(5), await loud.TakeAsync(5)), Is.EqualTo(("1 2 3 4 5", "1 2 3 4 5")));
        await server.CursorIsAsync("ann", 5);
    }

    [Test]
    public async Task Events_are_emitted_from_minimal_apis_hosted_services_and_handlers_of_others()
    {
        await using var server = await TestServer.StartSocketIoAsync(
            io =>
            {
                io.OnConnection(socket => socket.SubscribeAsync("orders", "ann", new() { Start = TopicStart.Beginning }));
                io.On("from a handler", async (Socket socket) => await socket.Namespace.Topic("orders").EmitAsync("order", "handler"));
            },
            build: static builder =>
            {
                builder.Services.AddSocketIo().AddTopics();
                builder.Services.AddHostedService<Announcer>();
            },
            map: static app => app.MapPost("/orders", static async (SocketIoServer io) => await io.Topic("orders").EmitAsync("order", "api")));
        var (client, _) = await server.ConnectAsync();
        await client.OnAckAsync("order");
        Assert.That(await client.TakeAsync(1), Is.EqualTo("service"));
        using var http = new HttpClient { BaseAddress = server.Address };
        using var answer = await http.PostAsync("/orders", null);
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("2"));
        await client.EmitAsync("from a handler");
        Assert.That(await client.TakeAsync(2), Is.EqualTo("api handler"));
    }

    [Test]
    public async Task A_topic_of_another_namespace_is_another_topic()
    {
        await using var server = await TopicServer.StartAsync(io =>
            io.Of("/b").OnConnection(static socket => socket.SubscribeAsync("orders", "ann")));
        var (client, _) = await server.ConnectAsync("/b");
        await server.EmitAsync(1, 1);
        await server.Io.Of("/b").Topic("orders").EmitAsync("order", "b");
        Assert.That(await client.TakeAsync(1), Is.EqualTo("b"));
        Assert.That((await server.Io.Of("/b").Topic("orders").GetInfoAsync())!.Kept.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_socket_with_two_subscriptions_to_one_topic_gets_each_event_twice_and_acknowledges_both()
    {
        await using var server = await TopicServer.StartAsync(static io => io.OnConnection(static socket => socket.SubscribeAsync("orders", "bob")));
        var client = await server.ConnectUserAsync("ann");
        await server.SubscribedAsync("bob");
        await server.EmitAsync(1, 3);
        await client.TakeAsync(6);
        await server.CursorIsAsync("ann", 3);
        await server.CursorIsAsync("bob", 3);
    }

    [Test]
    public async Task A_second_call_for_the_same_subscriber_changes_nothing()
    {
        await using var server = await TopicServer.StartAsync(static io =>
            io.On("again", static async (Socket socket) => await socket.SubscribeAsync("orders", "ann", new() { Start = TopicStart.Beginning })));
        var client = await server.ConnectUserAsync("ann");
        await client.EmitWithAckAsync("again");
        await server.EmitAsync(1, 2);
        await client.TakeAsync(2);
        Assert.That(await new Connection(client, server.Io.Sockets.Values.Single()).SettledNamesAsync(), Is.EqualTo(new[] { "order", "order" }));
    }

    [Test]
    public async Task A_user_without_the_right_sharing_is_told_where_it_subscribes()
    {
        await using var server = await TopicServer.StartAsync();
        await server.ConnectUserAsync("ann");
        var (_, socket) = await server.ConnectAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => socket.SubscribeAsync("orders", "ann", new() { Sharing = Sharing.OneOf }));
        await Assert.ThrowsAsync<ArgumentException>(() => socket.SubscribeAsync("", "ann"));
        Assert.Throws<ArgumentException>(() => _ = server.Io.Topic("orders").EmitAsync("connect").AsTask());
    }

    [Test]
    public async Task Without_AddTopics_the_exception_says_what_to_call()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        Assert.That(Assert.Throws<InvalidOperationException>(() => server.Io.Topic("orders"))!.Message, Does.Contain("AddTopics"));
    }

    [Test]
    public async Task Options_out_of_their_range_fail_the_start()
    {
        var exception = await Assert.CatchAsync(() => TopicServer.StartAsync(topics: static topics => topics.StoreTimeout = TimeSpan.Zero));
        Assert.That(exception!.Message, Does.Contain(nameof(TopicsOptions.StoreTimeout)));
    }

    [Test]
    public async Task A_client_that_does_not_acknowledge_is_disconnected_when_the_options_say_so_and_comes_back([Values] bool logThrows)
    {
        using var log = new ThrowingLog();
        await using var server = await TopicServer.StartAsync(
            subscribe: static () => new() { AckTimeout = TimeSpan.FromMilliseconds(200), Unacknowledged = Unacknowledged.Disconnect },
            services: services =>
            {
                if (logThrows)
                    services.AddSingleton<ILoggerProvider>(log);
            });
        server.Log.Expect("does not acknowledge: Disconnect");
        var client = await server.ConnectUserAsync("ann", acknowledges: false, more: new { reconnection = true, reconnectionDelay = 20 });
        await server.EmitAsync(1, 2);
        await client.TakeAsync(2);
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("transport close").Or.EqualTo("transport error"));
        await client.OnAckAsync("order");
        Assert.That(await client.TakeAsync(2), Is.EqualTo("1 2"));
        await server.CursorIsAsync("ann", 2);
    }

    [Test]
    public async Task A_client_whose_queue_would_overflow_gets_its_backlog_as_it_reads()
    {
        await using var server = await TopicServer.StartAsync(options: static options => options.MaxQueuedBytes = 100_000);
        var client = await server.ConnectUserAsync("ann", transports: ["polling"]);
        await client.DisconnectAsync();
        await server.LeftAsync("ann");
        for (var n = 0; n < 200; n++)
            await server.Io.Topic("orders").EmitAsync("order", n, new string('x', 20_000));
        client = await server.ConnectUserAsync("ann", transports: ["polling"]);
        Assert.That(await client.TakeAsync(200), Is.EqualTo(string.Join(' ', Enumerable.Range(0, 200))));
        await server.CursorIsAsync("ann", 200);
    }

    [Test]
    public async Task Listeners_for_outgoing_events_see_them()
    {
        var seen = new Signal<OutgoingEvent>();
        await using var server = await TopicServer.StartAsync(io => io.Use(socket =>
        {
            socket.OnAnyOutgoing(seen.Set);
            return ConnectResult.Accept;
        }));
        await server.ConnectUserAsync("ann");
        await server.EmitAsync(5, 5);
        var outgoing = await seen.NextAsync();
        Assert.That((outgoing.Name, outgoing.Arguments[0]!.ToString()), Is.EqualTo(("order", "5")));
    }

    [Test]
    public async Task Topics_and_subscriptions_can_be_looked_at()
    {
        await using var server = await TopicServer.StartAsync();
        var client = await server.ConnectUserAsync("ann", acknowledges: false);
        await server.EmitAsync(1, 5);
        await server.Io.Topic("user:42").EmitAsync("hello");
        await client.TakeAsync(5);
        var topics = await server.Io.GetTopicsAsync().Select(static one => (one.Topic.Name, one.Kept.Count, one.Subscriptions)).ToListAsync();
        Assert.That(topics, Is.EqualTo(new[] { ("orders", 5L, 1L), ("user:42", 1L, 0L) }));
        var subscription = await server.Io.Topic("orders").GetSubscriptionsAsync().SingleAsync();
        Assert.That((subscription.Cursor, subscription.Lag, subscription.IsAttached), Is.EqualTo((0, 5, true)));
        Assert.That(await server.Io.Topic("none").GetInfoAsync(), Is.Null);
    }

    [Test]
    public async Task The_health_check_says_when_the_store_is_away()
    {
        var store = new FlakyStore(new MemoryTopicStore());
        await using var server = await TestServer.StartSocketIoAsync(
            build: builder =>
            {
                builder.Services.AddSocketIo().AddTopics(topics => topics.UseStore(_ => store));
                builder.Services.AddHealthChecks().AddSocketIoTopics();
            },
            map: static app => app.MapHealthChecks("/health"));
        using var http = new HttpClient { BaseAddress = server.Address };
        using var healthy = await http.GetAsync("/health");
        store.IsAway = true;
        server.Log.Expect("socketio-topics");
        server.Log.Expect("is away");
        using var unhealthy = await http.GetAsync("/health");
        Assert.That((healthy.StatusCode, unhealthy.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable)));
    }

    [Test]
    public async Task Metrics_tell_what_is_stored_and_how_far_behind_subscriptions_are()
    {
        using var listener = new MeterListener();
        var seen = new Dictionary<string, double>();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "SocketIo.Topics")
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();
        await using var server = await TopicServer.StartAsync(topics: static topics => topics.CleanupInterval = TimeSpan.FromMilliseconds(50));
        var client = await server.ConnectUserAsync("ann", acknowledges: false);
        await server.EmitAsync(1, 5);
        await client.TakeAsync(5);
        await Deadlines.Eventually(() =>
        {
            seen.Remove("socketio.topics.lag");
            listener.RecordObservableInstruments();
            return seen.GetValueOrDefault("socketio.topics.lag") == 5;
        });
        Assert.That(seen["socketio.topics.stored"], Is.EqualTo(5));

        void Add(Instrument instrument, double value)
        {
            lock (seen)
                seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value;
        }
    }

    private sealed class Announcer(SocketIoServer io) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken) => await io.Topic("orders").EmitAsync("order", "service");
    }
}
