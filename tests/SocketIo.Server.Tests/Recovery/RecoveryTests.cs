using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Broadcasts;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Recovery;

public class RecoveryTests
{
    private static InMemoryServer Start(Action<ConnectionStateRecoveryOptions>? recovery = null, Action<SocketIoOptions>? options = null) =>
        new(all =>
        {
            all.ConnectionStateRecovery = new ConnectionStateRecoveryOptions();
            recovery?.Invoke(all.ConnectionStateRecovery);
            options?.Invoke(all);
        });

    [Test]
    public async Task Without_the_option_nothing_is_added_to_the_wire()
    {
        using var server = new InMemoryServer();
        var client = server.Open();
        client.Send("40");
        var answer = client.Next();
        Assert.That(answer, Is.EqualTo($$"""40{"sid":"{{InMemoryClient.SidOf(answer)}}"}"""));
        await server.Io.EmitAsync("all", 1);
        await server.Io.Sockets.Values.Single().EmitAsync("one");
        Assert.That(client.All(), Is.EqualTo((string[])["""42["all",1]""", """42["one"]"""]));
        Assert.That(server.Io.Sockets.Values.Single().Recovered, Is.False);
    }

    [TestCase("running", false)]
    [TestCase("ended", true)]
    [TestCase("running for long", true)]
    public async Task A_client_that_is_lost_before_its_connection_handlers_have_ended_starts_anew(string handlers, bool recovers)
    {
        var goOn = new TaskCompletionSource();
        using var server = Start();
        server.Io.OnConnection(async socket =>
        {
            if (socket.Recovered)
                return;
            await socket.JoinAsync("first");
            await goOn.Task;
            await socket.JoinAsync("second");
        });
        if (handlers == "ended")
            goOn.SetResult();
        var client = new RecoveringClient(server).Connect();
        if (handlers == "running for long")
            server.Clock.Advance(TimeSpan.FromSeconds(5));
        client.Lose().Connect();
        Assert.That(client.Recovered, Is.EqualTo(recovers));
        Assert.That(client.Socket.Rooms, Does.Contain("first"));
        goOn.TrySetResult();
        if (handlers == "running")
            await Deadlines.Eventually(() => client.Socket.Rooms.Contains("second"));
    }

    [TestCase(SlowConsumerPolicy.Disconnect)]
    [TestCase(SlowConsumerPolicy.DropNewest)]
    public async Task Neither_listeners_of_packets_nor_loggers_nor_meters_are_called_while_the_log_is_locked(SlowConsumerPolicy policy)
    {
        using var loggers = new CallingLog();
        using var server = new InMemoryServer(
            options =>
            {
                options.ConnectionStateRecovery = new();
                options.MaxQueuedBytes = 2_000;
                options.SlowConsumerPolicy = policy;
            },
            services => services.AddSingleton<ILoggerProvider>(loggers));
        server.Log.Expect("slow");
        var called = new ConcurrentDictionary<string, bool>();
        var over = new ConcurrentDictionary<string, bool>();

        // what it throws is nobody's, so it says when it is over
        void EmitElsewhere(string from)
        {
            if (!called.TryAdd(from, true))
                return;
            Task.Run(() => server.Io.EmitAsync("other").AsTask()).WithDeadline().GetAwaiter().GetResult();
            over[from] = true;
        }

        using var meters = new MeterListener();
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => EmitElsewhere("meter"));
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "socketio.server.outbound.dropped" && ReferenceEquals(instrument.Meter.Scope, server.Meters))
                listener.EnableMeasurementEvents(instrument);
        };
        meters.Start();
        var client = new RecoveringClient(server).Connect();
        client.Socket.EngineSession.Events.OnPacketCreated((_, _) => EmitElsewhere("listener"));
        loggers.Called = () => EmitElsewhere("logger");
        await client.Socket.EmitAsync("one");
        client.Connection.Block();
        await server.Io.EmitAsync("large", new string('x', 3_000));
        await server.Io.EmitAsync("large", new string('x', 3_000));
        await Deadlines.Eventually(() => called.Count == 3);
        await Deadlines.Eventually(() => over.Count == 3);
    }

    [Test]
    public async Task A_client_that_comes_back_has_its_id_rooms_data_and_missed_events_in_order()
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect();
        var (id, before) = (client.Id, client.Socket);
        await before.JoinAsync("room", "other");
        before.Data["name"] = "Ada";
        await server.Io.EmitAsync("before", 1);
        Assert.That(client.Take(), Is.EqualTo((string[])["before 1"]));

        client.Lose();
        await server.Io.EmitAsync("all", 2);
        await server.Io.To("room").EmitAsync("room", 3);
        await before.EmitAsync("own", 4);
        await server.Io.To(id!).EmitAsync("own", 5);
        await server.Io.To("nobody").EmitAsync("strangers");
        await server.Io.Except("other").EmitAsync("strangers");
        await server.Io.Except(id!).EmitAsync("strangers");
        await server.Io.Volatile.EmitAsync("volatile");
        _ = server.Io.EmitWithAckAsync<int>("ack");

        client.Connect();
        await server.Io.EmitAsync("newer", 6);
        Assert.That(client.Recovered && client.Socket.Recovered);
        Assert.That(client.Id, Is.EqualTo(id));
        Assert.That(client.Socket.Rooms, Is.EquivalentTo((string[])[id!, "room", "other"]));
        Assert.That(client.Socket.Data["name"], Is.EqualTo("Ada"));
        Assert.That(client.Take(), Is.EqualTo((string[])["all 2", "room 3", "own 4", "own 5", "newer 6"]));
    }

    [Test]
    public async Task Rooms_that_were_restored_are_rooms()
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect();
        await client.Socket.JoinAsync("room");
        client.Lose().Connect();
        await server.Io.To("room").EmitAsync("to the room");
        await server.Io.Except("room").EmitAsync("to others");
        await client.Socket.EmitAsync("own");
        Assert.That(client.Take(), Is.EqualTo((string[])["to the room", "own"]));
    }

    [Test]
    public async Task All_receivers_get_the_same_frame_with_the_offset_in_it()
    {
        using var server = Start();
        var (a, b) = (new RecoveringClient(server).Connect(), new RecoveringClient(server).Connect());
        await server.Io.EmitAsync("ev");
        Assert.That(a.Connection.Frames.Last(), Is.SameAs(b.Connection.Frames.Last()));
        Assert.That(a.Connection.Next(), Does.Match("""^42\["ev","[\w-]{8}1"\]$"""));
    }

    [Test]
    public async Task Volatile_events_and_those_with_an_acknowledgement_carry_no_offset()
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect();
        await server.Io.Volatile.EmitAsync("a");
        await client.Socket.Volatile.EmitAsync("b");
        _ = client.Socket.EmitWithAckAsync<int>("c");
        Assert.That(client.Connection.All(), Is.EqualTo((string[])["""42["a"]""", """42["b"]""", """420["c"]"""]));
    }

    [Test]
    public async Task A_client_that_never_got_an_event_recovers_all_since_it_connected()
    {
        using var server = Start();
        await server.Io.EmitAsync("too early");
        var client = new RecoveringClient(server).Connect().Lose();
        await server.Io.EmitAsync("missed");
        client.Connect();
        Assert.That(client.Recovered);
        Assert.That(client.Take(), Is.EqualTo((string[])["missed"]));
    }

    [Test]
    public async Task An_offset_of_an_earlier_session_brings_nothing_from_before_the_present_one()
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect();
        await server.Io.EmitAsync("first");
        client.Take();
        client.Connection.Send("41");
        await server.Io.EmitAsync("not for this client");
        client.Connect();
        Assert.That(client.Recovered, Is.False, "who leaves starts anew");
        client.Lose();
        await server.Io.EmitAsync("missed");
        client.Connect();
        Assert.That(client.Recovered);
        Assert.That(client.Take(), Is.EqualTo((string[])["missed"]));
    }

    [Test]
    public async Task What_was_queued_but_not_received_is_sent_again_and_nothing_else()
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect();
        await server.Io.EmitAsync("1");
        client.Take();
        await server.Io.EmitAsync("2");
        await server.Io.EmitAsync("3");
        client.Lose().Connect();
        Assert.That(client.Take(), Is.EqualTo((string[])["2", "3"]));
        client.Lose().Connect();
        Assert.That(client.Take(), Is.Empty);
    }

    [Test]
    public async Task A_connection_that_is_not_yet_known_to_be_dead_gives_way()
    {
        using var server = Start();
        var reasons = new List<string>();
        var connections = 0;
        server.Io.OnConnection(_ => { connections++; });
        server.Io.OnDisconnect((_, reason) =>
        {
            reasons.Add(reason.ToString());
            return Task.CompletedTask;
        });
        var client = new RecoveringClient(server).Connect();
        var old = client.Connection;
        await server.Io.EmitAsync("sent into the void");
        client.Connect();
        Assert.That(old.IsClosed);
        Assert.That(reasons, Is.EqualTo((string[])["transport close"]));
        Assert.That((client.Recovered, connections, server.Io.Sockets.Count), Is.EqualTo((true, 2, 1)));
        Assert.That(client.Take(), Is.EqualTo((string[])["sent into the void"]));
    }

    [Test]
    public async Task A_client_waits_for_the_disconnecting_handlers_of_its_old_connection_but_not_for_ever()
    {
        using var server = Start();
        var gate = new TaskCompletionSource();
        server.Io.OnDisconnecting((_, _) => gate.Task);
        var patient = new RecoveringClient(server).Connect().Lose().Join();
        Assert.That(patient.Connection.All(), Is.Empty);
        gate.SetResult();
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 1);
        Assert.That(patient.Accepted().Recovered);

        gate = new TaskCompletionSource();
        var hasty = new RecoveringClient(server).Connect().Lose().Join();
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        await Deadlines.Eventually(() => server.Io.Sockets.Values.Any(socket => socket.IsConnected && socket.Id != patient.Id && socket.Id != hasty.Id));
        Assert.That(hasty.Accepted().Recovered, Is.False);
        gate.SetResult();
    }

    [TestCase(119, true)]
    [TestCase(121, false)]
    public void A_client_may_be_gone_for_so_long(int seconds, bool recovers)
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect().Lose();
        server.Clock.Advance(TimeSpan.FromSeconds(seconds));
        var old = (client.Id, client.Pid);
        client.Connect();
        Assert.That(client.Recovered, Is.EqualTo(recovers));
        Assert.That((client.Id, client.Pid) == old, Is.EqualTo(recovers));
    }

    [Test]
    public void Clients_that_do_not_come_back_are_forgotten_in_all_namespaces_by_one_timer_that_rests_then()
    {
        using var server = Start();
        server.Io.OfPattern("/tenant-{id}");
        var timers = server.Clock.ActiveTimers;
        string[] namespaces = ["/", "/tenant-1", "/tenant-2"];
        foreach (var name in namespaces)
        {
            for (var i = 0; i < 10; i++)
                new RecoveringClient(server, name).Connect().Lose();
        }
        Assert.That((Kept(), server.Clock.ActiveTimers), Is.EqualTo((30, timers + 1)));

        server.Clock.Advance(TimeSpan.FromSeconds(60));
        new RecoveringClient(server).Connect().Lose();
        server.Clock.Advance(TimeSpan.FromSeconds(70));
        Assert.That((Kept(), server.Clock.ActiveTimers), Is.EqualTo((1, timers + 1)));
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That((Kept(), server.Clock.ActiveTimers), Is.EqualTo((0, timers)));

        int Kept() => namespaces.Sum(name => ((LoggedDelivery)server.Io.Of(name).Delivery).KeptCount);
    }

    [Test]
    public void A_client_that_has_gone_is_kept_without_its_connection()
    {
        using var server = Start();
        var pid = Leave(server, out var connection);
        GC.Collect();
        Assert.That(connection.IsAlive, Is.False);
        var back = server.Open();
        back.Send($$"""40{"pid":"{{pid}}"}""");
        Assert.That(back.SocketOf(back.Next()).Recovered);
    }

    [Test]
    public void Of_more_clients_than_may_be_kept_the_longest_gone_starts_anew()
    {
        using var server = Start(recovery => recovery.MaxStoredSessions = 2);
        var clients = Enumerable.Range(0, 3).Select(_ => new RecoveringClient(server).Connect()).ToArray();
        foreach (var client in clients)
            client.Lose();
        Assert.That(clients.Select(client => client.Connect().Recovered), Is.EqualTo((bool[])[false, true, true]));
    }

    [Test]
    public async Task Of_clients_with_more_rooms_than_may_be_kept_the_longest_gone_start_anew()
    {
        using var server = Start(recovery => recovery.MaxStoredBytes = 5_000);
        var clients = Enumerable.Range(0, 4).Select(_ => new RecoveringClient(server).Connect()).ToArray();
        foreach (var client in clients)
        {
            await client.Socket.JoinAsync(new string('r', 900));
            client.Lose();
        }
        Assert.That(clients.Select(client => client.Connect().Recovered), Is.EqualTo((bool[])[false, false, true, true]));

        // what is back does not count any more
        foreach (var client in clients[..2])
        {
            await client.Socket.JoinAsync(new string('r', 900));
            client.Lose();
        }
        Assert.That(clients[..2].Select(client => client.Connect().Recovered), Is.All.True);
    }

    [TestCase(4, true)]
    [TestCase(5, false)]
    public async Task A_client_recovers_as_long_as_all_that_it_missed_is_kept(int missed, bool recovers)
    {
        using var server = Start(recovery => recovery.MaxStoredBytes = 5_000);
        var client = new RecoveringClient(server).Connect();
        await server.Io.EmitAsync("first", new string('x', 1_000));
        client.Take();
        client.Lose();
        for (var i = 0; i < missed; i++)
            await server.Io.EmitAsync("missed", new string('x', 1_000));
        client.Connect();
        Assert.That(client.Recovered, Is.EqualTo(recovers));
        Assert.That(client.Take(), Has.Length.EqualTo(recovers ? missed : 0));
    }

    [Test]
    public async Task A_client_that_missed_more_than_a_connection_may_queue_starts_anew()
    {
        using var server = Start(options: options => options.MaxQueuedBytes = 10_000);
        var client = new RecoveringClient(server).Connect().Lose();
        for (var i = 0; i < 20; i++)
            await server.Io.EmitAsync("missed", new string('x', 1_000));
        client.Connect();
        Assert.That(client.Recovered || client.Connection.IsClosed, Is.False);
        Assert.That(client.Take(), Is.Empty);
    }

    [TestCase(true, 1)]
    [TestCase(false, 2)]
    public void Middleware_is_asked_about_a_client_that_comes_back_if_the_options_say_so(bool skip, int expected)
    {
        using var server = Start(recovery => recovery.SkipMiddleware = skip);
        var (asked, connections) = (0, 0);
        server.Io.OnConnection(_ => { connections++; });
        server.Io.Use(_ =>
        {
            asked++;
            return ConnectResult.Accept;
        });
        var client = new RecoveringClient(server).Connect().Lose().Connect();
        Assert.That(client.Recovered);
        Assert.That((asked, connections), Is.EqualTo((expected, 2)));
    }

    [Test]
    public void A_client_that_middleware_refuses_may_come_back_once_more()
    {
        using var server = Start(recovery => recovery.SkipMiddleware = false);
        var refuse = false;
        var seen = new List<bool>();
        server.Io.Use(socket =>
        {
            seen.Add(socket.Recovered);
            return refuse ? ConnectResult.Refuse("no") : ConnectResult.Accept;
        });
        var client = new RecoveringClient(server).Connect().Lose();
        refuse = true;
        client.Join();
        Assert.That(client.Connection.Next(), Does.StartWith("44"));
        Assert.That(server.Io.Sockets, Is.Empty);
        refuse = false;
        Assert.That(client.Connect().Recovered);
        Assert.That(seen, Is.EqualTo((bool[])[false, true, true]));
    }

    [Test]
    public async Task What_is_emitted_while_middleware_decides_on_a_client_that_comes_back_arrives_once_behind_the_answer()
    {
        using var server = Start(recovery => recovery.SkipMiddleware = false);
        var client = new RecoveringClient(server).Connect().Lose();
        var accept = new TaskCompletionSource<ConnectResult>();
        server.Io.Use(async socket =>
        {
            await socket.EmitAsync("from the middleware");
            return await accept.Task;
        });
        await server.Io.EmitAsync("missed");
        client.Join();
        await server.Io.EmitAsync("meanwhile");
        Assert.That(client.Connection.Frames, Has.Count.EqualTo(1), "the handshake only");
        accept.SetResult(ConnectResult.Accept);
        Assert.That(client.Accepted().Recovered);
        Assert.That(client.Take(), Is.EqualTo((string[])["missed", "from the middleware", "meanwhile"]));
    }

    [Test]
    public async Task A_socket_that_the_server_put_out_does_not_come_back()
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect();
        await client.Socket.DisconnectAsync();
        client.Lose();
        Assert.That(client.Connect().Recovered, Is.False);
    }

    [Test]
    public void A_private_id_counts_in_its_namespace_only()
    {
        using var server = Start();
        server.Io.Of("/b");
        var client = new RecoveringClient(server).Connect().Lose();
        var stranger = server.Open();
        stranger.Send($$"""40/b,{"pid":"{{client.Pid}}"}""");
        Assert.That(stranger.Next(), Does.StartWith("40/b,{\"sid\"").And.Not.Contain(client.Pid));
        Assert.That(client.Connect().Recovered);
    }

    private static readonly string[] Malformed =
    [
        "{}", """{"pid":1}""", """{"pid":null}""", """{"pid":""}""", """{"pid":"unknown","offset":"x"}""", """{"pid":["PID"]}""",
        """{"pid":"PID","offset":1}""", """{"pid":"PID","offset":""}""", """{"pid":"PID","offset":"MARK"}""",
        """{"pid":"PID","offset":"MARK-1"}""", """{"pid":"PID","offset":"MARK99999999999999999999"}""", """{"pid":"PID","offset":"MARK999"}""",
        """{"pid":"PID","offset":{"a":1}}""", """{"pid":"\ud800","offset":"\ud800"}""", """{"pid":"größe"}""", """{"p\ud800":1,"pid":"no"}""",
        """{"pid":"HUGE","offset":"HUGE"}""", """{"pid":"PID","offset":"HUGE"}""",
    ];

    [TestCaseSource(nameof(Malformed))]
    public async Task Auth_that_is_not_from_us_makes_a_new_session(string auth)
    {
        using var server = Start();
        var victim = new RecoveringClient(server).Connect();
        await server.Io.EmitAsync("ev");
        victim.Take();
        victim.Lose();
        var client = server.Open();
        client.Send("40" + auth
            .Replace("PID", victim.Pid, StringComparison.Ordinal)
            .Replace("MARK", victim.Offset![..8], StringComparison.Ordinal)
            .Replace("HUGE", new string('x', 100_000), StringComparison.Ordinal));
        Assert.That(client.IsClosed, Is.False);
        Assert.That(client.Next(), Does.StartWith("40{\"sid\"").And.Not.Contain(victim.Pid));
        Assert.That(server.Io.Sockets.Values.Single().Recovered, Is.False);
    }

    [Test]
    public async Task Events_that_overtake_each_other_while_they_are_encoded_are_replayed_as_they_were_sent()
    {
        using var server = Start(options: options => options.Json.Converters.Add(new Slow.Converter()));
        var client = new RecoveringClient(server).Connect();
        var slow = new Slow();
        var emitting = Task.Run(() => server.Io.EmitAsync("begun first", slow).AsTask());
        await slow.Begun.Task.WithDeadline();
        await server.Io.EmitAsync("sent first");
        var first = client.Take();
        slow.MayEnd.SetResult();
        await emitting.WithDeadline();
        client.Lose().Connect();
        Assert.That((string[])[.. first, .. client.Take()], Is.EqualTo((string[])["sent first", "begun first slow"]));
        client.Lose().Connect();
        Assert.That(client.Take(), Is.Empty, "the offset of the later event has the lower number");
    }

    [Test]
    public async Task An_event_that_is_being_encoded_while_its_receiver_comes_back_arrives_once()
    {
        using var server = Start(options: options => options.Json.Converters.Add(new Slow.Converter()));
        var client = new RecoveringClient(server).Connect();
        var slow = new Slow();
        var emitting = Task.Run(() => server.Io.EmitAsync("ev", slow).AsTask());
        await slow.Begun.Task.WithDeadline();
        client.Lose().Connect();
        Assert.That(client.Take(), Is.Empty);
        slow.MayEnd.SetResult();
        await emitting.WithDeadline();
        Assert.That(client.Take(), Is.EqualTo((string[])["ev slow"]));
        client.Lose().Connect();
        Assert.That(client.Take(), Is.Empty);
    }

    [Test]
    public async Task Nothing_follows_an_event_that_a_full_queue_refused_so_that_it_is_replayed()
    {
        using var server = Start(options: options => options.MaxQueuedBytes = 6_000);
        server.Log.Expect("is closed, its client is slow");
        var client = new RecoveringClient(server).Connect();
        client.Connection.Block();

        // nothing that could be replayed: whether it still leaves depends on how soon the client is dropped
        client.Connection.Session.Send(new string('x', 3_500));
        await server.Io.EmitAsync("large", new string('x', 2_600));
        await server.Io.EmitAsync("small");
        client.Connection.Unblock();
        await Deadlines.Eventually(() => client.Connection.IsClosed && server.Io.Sockets.Count == 0);
        var before = Names();
        Assert.That(before, Has.None.EqualTo("small"));
        client.Connect();
        Assert.That((string[])[.. before, .. Names()], Is.EqualTo((string[])["large", "small"]));

        string[] Names() => [.. client.Take().Select(text => text.Split(' ')[0])];
    }

    [Test]
    public async Task Listeners_of_a_connections_packets_are_called_outside_the_lock_and_may_wait_for_another_emit([Values] bool unicast)
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect();
        var emitted = 0;
        client.Connection.Session.Events.OnPacketCreated((_, packet) =>
        {
            if (packet.Text.Contains("first", StringComparison.Ordinal))
                emitted += Task.Run(() => server.Io.EmitAsync("second").AsTask()).Wait(Deadlines.Default) ? 1 : 0;
        });
        await (unicast ? client.Socket.EmitAsync("first") : server.Io.EmitAsync("first"));
        Assert.That(emitted, Is.EqualTo(1));
        Assert.That(client.Take(), Is.EqualTo((string[])["first", "second"]));
    }

    [Test]
    public async Task Listeners_of_a_connections_packets_are_called_outside_the_lock_when_a_client_comes_back()
    {
        using var server = Start();
        var client = new RecoveringClient(server).Connect();
        await server.Io.EmitAsync("before");
        client.Take();
        client.Lose();
        await server.Io.EmitAsync("missed");
        var waited = 0;
        server.Io.Options.Events.OnConnection(session => session.Events.OnPacketCreated((_, packet) =>
        {
            if (packet.Text.StartsWith('0'))
                waited += Task.Run(() => server.Io.EmitAsync("news").AsTask()).Wait(Deadlines.Default) ? 1 : 0;
        }));
        client.Connect();
        Assert.That(waited, Is.EqualTo(1));
        Assert.That(client.Take(), Is.EqualTo((string[])["missed", "news"]));
    }

    private sealed class Slow
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public sealed class Converter : JsonConverter<Slow>
        {
            public override Slow Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

            public override void Write(Utf8JsonWriter writer, Slow value, JsonSerializerOptions options)
            {
                value.Begun.TrySetResult();
                value.MayEnd.Task.Wait();
                writer.WriteStringValue("slow");
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Leave(InMemoryServer server, out WeakReference connection)
    {
        var client = new RecoveringClient(server).Connect();
        connection = new WeakReference(client.Connection.Session);
        return client.Lose().Pid!;
    }
}
