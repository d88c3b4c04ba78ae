using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Namespaces;

public class JoinTests
{
    private const string InvalidNamespace = """44/nobody,{"message":"Invalid namespace"}""";

    [TestCase(false)]
    [TestCase(true)]
    public void A_socket_that_middleware_disconnects_is_refused_even_if_the_middleware_accepts_it(bool isAsynchronous)
    {
        using var server = new InMemoryServer();
        var heard = new List<string>();
        if (isAsynchronous)
            server.Io.Use(async socket => await socket.DisconnectAsync());
        else
            server.Io.Use(socket => socket.DisconnectAsync().AsTask().IsCompleted ? ConnectResult.Accept : ConnectResult.Refuse("not yet"));
        server.Io.Use(_ => heard.Add("the next middleware"));
        server.Io.OnConnection(_ => heard.Add("connection"));
        server.Io.OnDisconnect((_, _) => heard.Add("disconnect"));
        var client = server.Open();
        client.Send("40");
        Assert.That(client.All(), Is.EqualTo((string[])["""44{"message":"The connection was refused"}"""]));
        Assert.That(heard, Is.Empty);
        Assert.That(server.Io.Sockets, Is.Empty);
        Assert.That(client.IsClosed, Is.False);
    }

    [Test]
    public async Task A_socket_that_others_disconnect_while_middleware_decides_is_refused()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource<ConnectResult>();
        Socket? joining = null;
        server.Io.Use(socket =>
        {
            joining = socket;
            return gate.Task;
        });
        var client = server.Open();
        client.Send("40");
        await joining!.DisconnectAsync();
        Assert.That(client.All(), Is.Empty, "the middleware has not decided");
        gate.SetResult(ConnectResult.Accept);
        Assert.That(await client.NextAsync(), Is.EqualTo("""44{"message":"The connection was refused"}"""));
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    [Test]
    public async Task Middleware_that_disconnects_with_the_connection_closes_it_and_lets_nobody_in()
    {
        using var server = new InMemoryServer();
        var heard = new List<string>();
        server.Io.Use(async socket => await socket.DisconnectAsync(close: true));
        server.Io.OnConnection(_ => heard.Add("connection"));
        var client = server.Open();
        client.Send("40");
        await Deadlines.Eventually(() => client.IsClosed);
        Assert.That(heard, Is.Empty);
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    [Test]
    public void Middleware_runs_in_order_and_the_first_refusal_ends_it()
    {
        using var server = new InMemoryServer();
        var ran = new List<int>();
        server.Io.Use(_ =>
        {
            ran.Add(1);
            return Task.FromResult(ConnectResult.Accept);
        });
        server.Io.Use(socket =>
        {
            ran.Add(2);
            return socket.Handshake.Auth.GetString("token") == "good" ? ConnectResult.Accept : ConnectResult.Refuse("bad token", new { Code = 7 });
        });
        server.Io.Use(_ =>
        {
            ran.Add(3);
            return ConnectResult.Accept;
        });
        var client = server.Open();

        client.Send("""40{"token":"bad"}""");
        Assert.That(client.All(), Is.EqualTo((string[])["""44{"message":"bad token","data":{"code":7}}"""]));
        Assert.That(ran, Is.EqualTo((int[])[1, 2]));

        client.Send("""40{"token":"good"}""");
        Assert.That(client.Next(), Does.StartWith("40{\"sid\""));
        Assert.That(ran, Is.EqualTo((int[])[1, 2, 1, 2, 3]));
    }

    [Test]
    public void An_exception_of_middleware_refuses_without_telling_why()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("the client is refused");
        var gate = new TaskCompletionSource<ConnectResult>();
        server.Io.Use(ConnectResult (Socket _) => throw new InvalidOperationException("secret"));
        server.Io.Of("/later").Use(_ => gate.Task);
        server.Io.Of((_, _) => throw new InvalidOperationException("secret"));
        var client = server.Open();
        client.Send("40");
        client.Send("40/later,");
        client.Send("40/predicate,");
        gate.SetException(new InvalidOperationException("secret"));
        Assert.That(
            client.All(),
            Is.EqualTo((string[])["""44{"message":"Internal server error"}""", """44/predicate,{"message":"Internal server error"}""", """44/later,{"message":"Internal server error"}"""]));
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    [Test]
    public void A_namespace_that_nobody_made_is_refused()
    {
        using var server = new InMemoryServer();
        var client = server.Open();
        client.Send("40/nobody,");
        Assert.That(client.All(), Is.EqualTo((string[])[InvalidNamespace]));
        Assert.That(client.IsClosed, Is.False);
    }

    [Test]
    public void The_other_namespaces_of_a_client_do_not_wait_for_middleware()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource<ConnectResult>();
        server.Io.Of("/slow").Use(_ => gate.Task);
        var client = server.Open();
        client.Send("40/slow,");
        client.Join();
        gate.SetResult(ConnectResult.Accept);
        Assert.That(client.Next(), Does.StartWith("40/slow,{"));
    }

    [TestCase("before the middleware")]
    [TestCase("in the middleware")]
    [TestCase("while the middleware waits")]
    [TestCase("between two middlewares")]
    [TestCase("while the answer is written")]
    [TestCase("while the socket becomes visible")]
    [TestCase("in the connection handler")]
    [TestCase("while the connection handler waits")]
    [TestCase("after the join")]
    public void A_connection_that_ends_at_any_step_of_a_join_leaves_nothing_and_tells_of_both_ends_or_none(string step)
    {
        using var server = new InMemoryServer();
        var told = new List<string>();
        var client = server.Open();
        var gate = new TaskCompletionSource<ConnectResult>();
        var handler = new TaskCompletionSource();
        var predicate = new TaskCompletionSource<bool>();
        server.Io.Of((_, _) => new ValueTask<bool>(predicate.Task));
        server.Io.OnNewNamespace(made =>
        {
            made.Use(async socket =>
            {
                await socket.JoinAsync("r");
                EndAt("in the middleware");
                return await gate.Task;
            });
            made.Use(_ =>
            {
                EndAt("between two middlewares");
                return ConnectResult.Accept;
            });
            made.OnRoomJoined((room, _) =>
            {
                if (room != "r")
                    EndAt("while the socket becomes visible");
            });
            made.OnConnection(socket =>
            {
                told.Add("connection");
                socket.OnDisconnect(_ => Task.FromResult(told.Remove("own")));
                told.Add("own");
                EndAt("in the connection handler");
                return handler.Task;
            });
            made.OnDisconnecting((_, reason) =>
            {
                told.Add("disconnecting " + reason);
                return Task.CompletedTask;
            });
            made.OnDisconnect((socket, reason) =>
            {
                told.Add("disconnect " + reason);
                Assert.That(socket.Rooms, Is.Empty);
                return Task.CompletedTask;
            });
        });
        client.Writing = _ => EndAt("while the answer is written");

        client.Send("40/x,");
        EndAt("before the middleware");
        predicate.SetResult(true);
        EndAt("while the middleware waits");
        gate.SetResult(ConnectResult.Accept);
        EndAt("while the connection handler waits");
        handler.SetResult();
        EndAt("after the join");

        Assert.That(client.IsClosed);
        Assert.That(
            told,
            Is.Empty.Or.EqualTo((string[])["connection", "disconnecting transport close", "disconnect transport close"]));
        Assert.That(told.Count > 0, Is.EqualTo(step.Contains("handler", StringComparison.Ordinal) || step is "after the join" or "while the answer is written" or "while the socket becomes visible"));
        Assert.That(server.Io.Of("/x").Sockets, Is.Empty);
        Assert.That(server.Io.Of("/x").Rooms, Is.Empty);
        Assert.That(server.Engine.Sessions.Count, Is.Zero);

        void EndAt(string at)
        {
            if (at == step)
                client.Lose();
        }
    }

    [Test]
    public void Whoever_knows_that_a_client_has_joined_reaches_it()
    {
        using var server = new InMemoryServer();
        var client = server.Open();
        client.Writing = packet =>
        {
            if (!packet.StartsWith("40", StringComparison.Ordinal))
                return;
            server.Io.EmitAsync("to all").AsTask().Wait();
            server.Io.To(InMemoryClient.SidOf(packet)).EmitAsync("to one").AsTask().Wait();
            server.Io.Sockets[InMemoryClient.SidOf(packet)].EmitAsync("to the socket").AsTask().Wait();
        };
        client.Send("40");
        Assert.That(client.Next(), Does.StartWith("40"));
        Assert.That(client.All(), Is.EqualTo((string[])["42[\"to all\"]", "42[\"to one\"]", "42[\"to the socket\"]"]));
    }

    [Test]
    public async Task A_client_that_joins_amid_broadcasts_gets_its_answer_first_and_all_that_begin_after_it()
    {
        const int Broadcasts = 40;
        using var server = new InMemoryServer();
        using var start = new Barrier(2);
        for (var i = 0; i < 2000; i++)
        {
            var client = server.Open();
            var sent = 0;
            var sentBefore = int.MaxValue;
            client.Writing = packet =>
            {
                if (packet.StartsWith("40", StringComparison.Ordinal))
                    sentBefore = Volatile.Read(ref sent);
            };
            var sender = Task.Run(() =>
            {
                start.SignalAndWait();
                for (var number = 1; number <= Broadcasts; number++)
                {
                    server.Io.EmitAsync("n", number).AsTask().Wait();
                    Volatile.Write(ref sent, number);
                }
            });
            start.SignalAndWait();
            client.Send("40");
            Assert.That(await client.NextAsync(), Does.StartWith("40{"));
            await sender.WithDeadline();

            // the one under way when the answer left may have come or not
            var numbers = client.All();
            Assert.That(numbers, Has.Length.GreaterThanOrEqualTo(Broadcasts - sentBefore - 1));
            Assert.That(numbers, Is.EqualTo(Enumerable.Range(1, Broadcasts).TakeLast(numbers.Length).Select(static number => $"42[\"n\",{number}]")));
            client.Lose();
        }
    }

    [TestCase("while the answer is written")]
    [TestCase("in the connection handler")]
    public void A_client_that_leaves_as_soon_as_it_is_connected_is_gone(string step)
    {
        using var server = new InMemoryServer();
        var told = new List<string>();
        var accept = new TaskCompletionSource<ConnectResult>();
        var client = server.Open();
        server.Io.Use(_ => accept.Task);
        server.Io.OnConnection(_ =>
        {
            told.Add("connection");
            if (step == "in the connection handler")
                client.Send("41");
        });
        server.Io.OnDisconnect((_, reason) =>
        {
            told.Add("disconnect " + reason);
            return Task.CompletedTask;
        });
        client.Writing = _ =>
        {
            if (step == "while the answer is written")
                client.Send("41");
        };
        client.Send("40");
        accept.SetResult(ConnectResult.Accept);
        Assert.That(told, Is.EqualTo((string[])["connection", "disconnect client namespace disconnect"]));
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    [Test]
    public void A_client_may_leave_and_join_again_while_its_connection_handler_begins()
    {
        using var server = new InMemoryServer();
        var accept = new TaskCompletionSource<ConnectResult>();
        var client = server.Open();
        var connections = 0;
        server.Io.Use(_ => accept.Task);
        server.Io.OnConnection(_ =>
        {
            if (++connections > 1)
                return;
            client.Send("41");
            client.Send("40");
        });
        client.Send("40");
        accept.SetResult(ConnectResult.Accept);
        Assert.That(client.IsClosed, Is.False);
        Assert.That(connections, Is.EqualTo(2));
        Assert.That(server.Io.Sockets, Has.Count.EqualTo(1));
        Assert.That(client.All(), Has.Length.EqualTo(2).And.All.StartsWith("40{"));
    }

    [Test]
    public void A_refused_client_may_ask_again_as_soon_as_it_is_told()
    {
        using var server = new InMemoryServer();
        var refuse = true;
        server.Io.Use(_ => refuse ? ConnectResult.Refuse("no") : ConnectResult.Accept);
        var client = server.Open();
        client.Writing = packet =>
        {
            if (!packet.StartsWith("44", StringComparison.Ordinal))
                return;
            refuse = false;
            client.Send("40");
        };
        client.Send("40");
        Assert.That(client.IsClosed, Is.False);
        Assert.That(server.Io.Sockets, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_client_may_join_again_as_soon_as_the_server_has_put_it_out()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        client.Writing = packet =>
        {
            if (packet == "41")
                client.Send("40");
        };
        await socket.DisconnectAsync();
        Assert.That(client.IsClosed, Is.False);
        Assert.That(server.Io.Sockets.Keys, Has.None.EqualTo(socket.Id));
        Assert.That(server.Io.Sockets, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_second_connect_to_a_joined_namespace_closes_the_connection()
    {
        using var server = new InMemoryServer();
        var (client, _) = server.Connect();
        client.Send("40");
        Assert.That(client.Session.CloseReason, Is.EqualTo(DisconnectReason.ForcedServerClose));
    }

    [Test]
    public void A_client_that_asks_again_while_it_is_decided_on_gets_one_socket_by_its_last_auth(
        [Values] bool leavesInBetween, [Values] bool firstIsDecidedFirst, [Values] bool firstIsAccepted)
    {
        using var server = new InMemoryServer();
        var gates = new List<TaskCompletionSource<ConnectResult>>();
        server.Io.Of("/slow").Use(_ =>
        {
            gates.Add(new TaskCompletionSource<ConnectResult>());
            return gates[^1].Task;
        });
        var (client, other) = server.Connect();
        client.Send("""40/slow,{"n":1}""");
        if (leavesInBetween)
            client.Send("41/slow,");
        client.Send("""40/slow,{"n":2}""");

        foreach (var index in firstIsDecidedFirst ? (int[])[0, 1] : [1, 0])
            gates[index].SetResult(index == 1 || firstIsAccepted ? ConnectResult.Accept : ConnectResult.Refuse("no"));

        Assert.That(client.All(), Has.Length.EqualTo(1).And.All.StartsWith("40/slow,{"));
        var socket = server.Io.Of("/slow").Sockets.Values.Single();
        Assert.That(socket.Handshake.Auth.ToString(), Is.EqualTo("""{"n":2}"""));
        Assert.That(socket.IsConnected && other.IsConnected);
    }

    [Test]
    public void A_client_that_leaves_while_it_is_decided_on_is_not_connected_and_hears_nothing([Values] bool accepted)
    {
        using var server = new InMemoryServer();
        var connections = 0;
        var gate = new TaskCompletionSource<ConnectResult>();
        server.Io.Of("/slow").Use(_ => gate.Task);
        server.Io.Of("/slow").OnConnection(_ => { connections++; });
        var (client, other) = server.Connect();
        client.Send("40/slow,");
        client.Send("41/slow,");
        gate.SetResult(accepted ? ConnectResult.Accept : ConnectResult.Refuse("no"));

        Assert.That(client.All(), Is.Empty);
        Assert.That(connections, Is.Zero);
        Assert.That(server.Io.Of("/slow").Sockets, Is.Empty);
        Assert.That(other.IsConnected);
    }

    [Test]
    public void One_namespace_more_than_allowed_is_refused_and_the_others_stay()
    {
        using var server = new InMemoryServer(options => options.MaxNamespaces = 3);
        var never = new TaskCompletionSource<ConnectResult>();
        foreach (var name in (string[])["/a", "/b", "/c"])
            server.Io.Of(name);
        server.Io.Of("/slow").Use(_ => never.Task);
        var (client, socket) = server.Connect();
        client.Send("40/slow,");
        client.Join("/a");
        client.Send("40/b,");
        Assert.That(client.Next(), Is.EqualTo("""44/b,{"message":"Too many namespaces"}"""));
        Assert.That(socket.IsConnected);

        client.Send("41/a,");
        client.Join("/b");
        client.Send("41/slow,");
        client.Send("40/c,");
        Assert.That(client.Next(), Does.StartWith("44/c,"), "the middleware still runs");
        never.SetResult(ConnectResult.Accept);
        client.Join("/c");
    }

    [Test]
    public void The_auth_of_all_namespaces_has_no_more_bytes_than_a_message_may_have()
    {
        using var server = new InMemoryServer(options => options.MaxHttpBufferSize = 1_000);
        foreach (var name in (string[])["/a", "/b", "/c"])
            server.Io.Of(name);
        var (client, socket) = server.Connect();
        var half = $$"""{"token":"{{new string('x', 488)}}"}""";
        Join("/a", half);
        Join("/b", half);
        client.Send(InMemoryClient.ConnectPacket("/c", "{}"));
        Assert.That(client.Next(), Is.EqualTo("""44/c,{"message":"Too much auth"}"""));
        Assert.That(socket.IsConnected);
        Assert.That(server.Log.Entries.Select(entry => entry.Message), Has.Some.Contains("is refused by the namespace /c: more than 1000 bytes of auth in all namespaces (MaxHttpBufferSize)"));

        client.Join("/c");
        client.Send("41/c,");
        client.Send("41/a,");
        Join("/c", half);

        void Join(string name, string auth)
        {
            client.Send(InMemoryClient.ConnectPacket(name, auth));
            Assert.That(client.Next(), Does.StartWith($"40{name},"));
        }
    }

    [Test]
    public void A_name_longer_than_allowed_is_refused_before_any_pattern_sees_it()
    {
        using var server = new InMemoryServer(options => options.MaxNamespaceLength = 10);
        var seen = new List<string>();
        server.Io.Of((name, _) =>
        {
            seen.Add(name);
            return ValueTask.FromResult(true);
        });
        var client = server.Open();
        client.Join("/123456789");
        client.Send("40/12345678\u00e9,");
        Assert.That(client.Next(), Is.EqualTo("44/12345678\u00e9,{\"message\":\"Invalid namespace\"}"));
        Assert.That(seen, Is.EqualTo((string[])["/123456789"]));
    }

    [Test]
    public void Thousands_of_namespaces_of_one_client_cost_as_much_each_as_the_first_hundreds()
    {
        using var server = new InMemoryServer(options => options.MaxNamespaces = 10_000);
        server.Io.OfPattern("/n-{i}");
        var client = server.Open();
        client.IsDeaf = true;
        long Bytes(int from, int to)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = from; i < to; i++)
                client.Send($"40/n-{i},");
            return (GC.GetAllocatedBytesForCurrentThread() - before) / (to - from);
        }
        Bytes(0, 100);
        var first = Bytes(100, 1_000);
        var last = Bytes(8_000, 9_000);
        Assert.That(last, Is.LessThan(2 * first));
        client.Lose();
        Assert.That(server.Io.AllNamespaces.Sum(made => made.Sockets.Count), Is.Zero);
    }

    [TestCase("""42/slow,["ev"]""")]
    [TestCase("43/slow,0[]")]
    [TestCase("44/slow,")]
    [TestCase("""42/never,["ev"]""")]
    public void A_packet_for_a_namespace_that_is_not_joined_closes_the_connection(string packet)
    {
        using var server = new InMemoryServer();
        server.Io.Of("/slow").Use(_ => new TaskCompletionSource<ConnectResult>().Task);
        var (client, socket) = server.Connect();
        client.Send("40/slow,");
        client.Send(packet);
        Assert.That(client.Session.CloseReason, Is.EqualTo(DisconnectReason.ForcedServerClose));
        Assert.That(socket.IsConnected, Is.False);
    }

    [Test]
    public async Task What_was_on_its_way_when_the_server_put_a_client_out_is_ignored()
    {
        using var server = new InMemoryServer();
        var handled = 0;
        server.Io.Of("/b").On("ev", (Socket _) => { handled++; });
        var client = server.Open();
        client.Join();
        var socket = client.Join("/b");
        client.Send("""451-/b,["ev",{"_placeholder":true,"num":0}]""");
        await socket.DisconnectAsync();
        Assert.That(client.Next(), Is.EqualTo("41/b,"));

        await client.Session.Receive(client.Transport, true, [1]);
        client.Send("""42/b,["ev"]""");
        client.Send("""43/b,0[1]""");
        client.Send("41/b,");
        Assert.That(client.IsClosed, Is.False);
        Assert.That(handled, Is.Zero);

        client.Join("/b");
        client.Send("""42/b,["ev"]""");
        Assert.That(handled, Is.EqualTo(1));
        client.Send("41/b,");
        client.Send("""42/b,["ev"]""");
        Assert.That(client.IsClosed, "the client left by itself this time");
    }

    [TestCase("while the middleware runs")]
    [TestCase("while the connection handler runs")]
    [TestCase("before the connect packet")]
    public void A_host_that_stops_during_a_join_leaves_nobody(string step)
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource<ConnectResult>();
        var reasons = new List<string>();
        var connections = 0;
        server.Io.Use(_ => gate.Task);
        server.Io.OnConnection(_ =>
        {
            connections++;
            StopAt("while the connection handler runs");
        });
        server.Io.OnDisconnect((_, reason) =>
        {
            reasons.Add(reason.ToString());
            return Task.CompletedTask;
        });
        var client = server.Open();
        StopAt("before the connect packet");
        client.Send("40");
        StopAt("while the middleware runs");
        gate.SetResult(ConnectResult.Accept);

        var isLate = step == "while the connection handler runs";
        Assert.That(connections, Is.EqualTo(isLate ? 1 : 0));
        Assert.That(reasons, Is.EqualTo(isLate ? (string[])["server shutting down"] : []));
        Assert.That(server.Io.Sockets, Is.Empty);
        Assert.That(client.All()[^1], Does.StartWith("close 1001"));

        void StopAt(string at)
        {
            if (at == step)
                server.Engine.StopAndSettle();
        }
    }

    [Test]
    public void Attempts_that_the_client_has_given_up_count_with_their_auth_until_they_are_decided()
    {
        using var server = new InMemoryServer(options => options.MaxHttpBufferSize = 1_000);
        var never = new TaskCompletionSource<ConnectResult>();
        server.Io.Of("/slow").Use(_ => never.Task);
        server.Io.Of("/b");
        var (client, _) = server.Connect();
        var half = $$"""{"token":"{{new string('x', 488)}}"}""";
        for (var i = 0; i < 2; i++)
        {
            client.Send(InMemoryClient.ConnectPacket("/slow", half));
            client.Send("41/slow,");
        }
        client.Send(InMemoryClient.ConnectPacket("/b", "{}"));
        Assert.That(client.Next(), Is.EqualTo("""44/b,{"message":"Too much auth"}"""));

        never.SetResult(ConnectResult.Accept);
        client.Send(InMemoryClient.ConnectPacket("/b", half));
        Assert.That(client.Next(), Does.StartWith("40/b,"));
    }

    [Test]
    public async Task A_connection_that_joins_nothing_is_closed_when_its_time_is_up()
    {
        using var server = new InMemoryServer(options => options.ConnectTimeout = TimeSpan.FromSeconds(10));
        var idle = server.Open();
        var undecided = server.Open();
        server.Io.Of("/slow").Use(_ => new TaskCompletionSource<ConnectResult>().Task);
        undecided.Send("40/slow,");
        var refused = server.Open();
        refused.Send("40/nobody,");
        var (joined, _) = server.Connect();
        var (left, _) = server.Connect();
        left.Send("41");

        server.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.That(idle.IsClosed, Is.False);
        server.Clock.Advance(TimeSpan.FromSeconds(2));

        await Deadlines.Eventually(() => idle.IsClosed && undecided.IsClosed && refused.IsClosed);
        Assert.That(idle.Session.CloseReason, Is.EqualTo(DisconnectReason.ForcedServerClose));
        Assert.That(joined.IsClosed || left.IsClosed, Is.False);
    }

    [Test]
    public void A_binary_packet_half_received_when_the_connection_ends_is_forgotten()
    {
        using var server = new InMemoryServer();
        server.Io.On("ev", (Socket _) => Assert.Fail("half an event"));
        var (client, _) = server.Connect();
        client.Send("""452-["ev",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""", [1]);
        client.Lose();
        client.Send("""42["ev"]""", [2]);
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    [TestCase("""42["ev"]""", TestName = "Text_in_place_of_an_attachment_closes_the_connection")]
    [TestCase("40/b,", TestName = "A_connect_in_place_of_an_attachment_closes_the_connection")]
    public void Text_in_place_of_an_attachment(string packet)
    {
        using var server = new InMemoryServer();
        var (client, _) = server.Connect();
        client.Send("""451-["ev",{"_placeholder":true,"num":0}]""");
        client.Send(packet);
        Assert.That(client.Session.CloseReason, Is.EqualTo(DisconnectReason.ParseError));
    }

    [Test]
    public void An_attachment_without_a_packet_closes_the_connection()
    {
        using var server = new InMemoryServer();
        var (client, _) = server.Connect();
        client.Session.Receive(client.Transport, true, [1]).AsTask().Wait();
        Assert.That(client.Session.CloseReason, Is.EqualTo(DisconnectReason.ParseError));
    }

    [Test]
    public async Task A_client_that_lets_an_attachment_wait_is_closed_and_one_that_goes_on_is_not()
    {
        using var server = new InMemoryServer(options => options.AttachmentTimeout = TimeSpan.FromSeconds(10));
        server.Io.On("ev", (Socket _, byte[] bytes) => bytes.Length);
        const string Packet = """453-1["ev",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}]""";
        var (silent, _) = server.Connect();
        var (slow, _) = server.Connect();
        var (idle, _) = server.Connect();
        silent.Send(Packet, [1], [2]);
        slow.Send(Packet);
        for (var i = 0; i < 3; i++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(7));
            await slow.Post([1]);
        }
        await Deadlines.Eventually(() => silent.IsClosed);
        Assert.That(silent.Session.CloseReason, Is.EqualTo(DisconnectReason.ForcedServerClose));
        Assert.That(silent.Session.CloseReason.Description, Does.Contain("attachment"));
        Assert.That(slow.Next(), Is.EqualTo("431[1]"));
        server.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.That(slow.IsClosed || idle.IsClosed, Is.False);
    }

    [Test]
    public async Task A_client_that_joins_while_an_attachment_is_awaited_is_closed_all_the_same()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource<ConnectResult>();
        server.Io.Use(_ => gate.Task);
        var client = server.Open();
        client.Send("40");
        client.Send("""451-["ev",{"_placeholder":true,"num":0}]""");
        gate.SetResult(ConnectResult.Accept);
        Assert.That(server.Io.Sockets, Has.Count.EqualTo(1));
        server.Clock.Advance(server.Io.Options.AttachmentTimeout + TimeSpan.FromSeconds(2));
        await Deadlines.Eventually(() => client.IsClosed);
    }

    [Test]
    public void Attachments_over_the_limits_close_the_connection()
    {
        using var server = new InMemoryServer(options =>
        {
            options.MaxAttachments = 2;
            options.MaxAttachmentBytes = 200;
        });
        server.Io.On("ev", (Socket _, byte[] a, byte[] b) => a.Length + b.Length);
        var (good, _) = server.Connect();
        good.Send("""452-1["ev",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""", new byte[150], new byte[50]);
        Assert.That(good.Next(), Is.EqualTo("431[200]"));

        var (large, _) = server.Connect();
        large.Send("""452-1["ev",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""", new byte[150], new byte[51]);
        Assert.That(large.Session.CloseReason, Is.EqualTo(DisconnectReason.ParseError));
        Assert.That(large.Session.CloseReason.Description, Is.EqualTo("attachments of more than 200 bytes (MaxAttachmentBytes)"));

        var (many, _) = server.Connect();
        many.Send("""453-["ev"]""");
        Assert.That(many.Session.CloseReason, Is.EqualTo(DisconnectReason.ParseError));
        Assert.That(many.Session.CloseReason.Description, Is.EqualTo("more than 2 attachments (MaxAttachments)"));
    }
}
