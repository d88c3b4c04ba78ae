using System.Collections.Concurrent;
using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

public class DispatchTests
{
    [Test]
    public void Handlers_of_a_socket_run_one_at_a_time_in_the_order_of_the_events()
    {
        using var server = new InMemoryServer();
        var gates = new Dictionary<int, TaskCompletionSource>();
        var started = new List<int>();
        server.Io.On("ev", (Socket _, int n) =>
        {
            started.Add(n);
            return (gates[n] = new TaskCompletionSource()).Task;
        });
        var (client, _) = server.Connect();

        for (var n = 1; n <= 4; n++)
            client.Emit("ev", $"{n}");
        Assert.That(started, Is.EqualTo((int[])[1]));
        for (var n = 1; n <= 4; n++)
        {
            Assert.That(started, Is.EqualTo(Enumerable.Range(1, n)));
            gates[n].SetResult();
        }
    }

    [Test]
    public void A_handler_that_ends_synchronously_runs_inside_the_receive()
    {
        using var server = new InMemoryServer();
        var thread = 0;
        server.Io.On("ev", (Socket _) => { thread = Environment.CurrentManagedThreadId; });
        server.Connect().Client.Emit("ev");
        Assert.That(thread, Is.EqualTo(Environment.CurrentManagedThreadId));
    }

    [Test]
    public void A_long_row_of_waiting_events_does_not_grow_the_stack()
    {
        using var server = new InMemoryServer(options => options.MaxPendingEventBytes = int.MaxValue);
        var gate = new TaskCompletionSource();
        var count = 0;
        server.Io.On("first", (Socket _) => gate.Task);
        server.Io.On("ev", (Socket _) => { count++; });
        var (client, _) = server.Connect();
        client.Emit("first");
        for (var i = 0; i < 100_000; i++)
            client.Emit("ev");
        gate.SetResult();
        Assert.That(count, Is.EqualTo(100_000));
    }

    [Test]
    public void Events_that_wait_own_their_memory()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource();
        var texts = new List<string>();
        server.Io.On("block", (Socket _) => gate.Task);
        server.Io.On("text", (Socket _, string text, byte[] bytes) => texts.Add(text + Convert.ToHexString(bytes)));
        var (client, _) = server.Connect();

        client.Emit("block");
        client.Send("""451-["text","wörter \"1\"",{"_placeholder":true,"num":0}]""", [1, 2]);
        client.Send("""451-["text","wörter 2",{"_placeholder":true,"num":0}]""", [3]);
        gate.SetResult();

        Assert.That(texts, Is.EqualTo((string[])["wörter \"1\"0102", "wörter 203"]));
    }

    [Test]
    public async Task Arguments_stay_good_for_a_handler_that_goes_on_after_the_receive()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource();
        var got = new TaskCompletionSource<string>();
        server.Io.On("ev", async (Socket _, JsonElement json, byte[] bytes) =>
        {
            await gate.Task;
            got.SetResult(json.GetRawText() + Convert.ToHexString(bytes));
        });
        server.Io.On("raw", async (Socket _, IncomingEvent incoming) =>
        {
            await gate.Task;
            return incoming.Get<string>(1);
        });
        var (client, _) = server.Connect();
        client.Send("""451-["ev",{"a":[1]},{"_placeholder":true,"num":0}]""", [255]);
        client.EmitWithAck(1, "raw", "1", "\"second\"");
        gate.SetResult();
        Assert.That(await got.Task.WithDeadline(), Is.EqualTo("""{"a":[1]}FF"""));
        Assert.That(await client.NextAsync(), Is.EqualTo("""431["second"]"""));
    }

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(int.MaxValue)]
    public void More_handlers_at_once_are_started_in_order_and_no_more_than_allowed(int limit)
    {
        using var server = new InMemoryServer(options => options.MaxConcurrentHandlers = limit);
        var gates = new List<TaskCompletionSource>();
        var started = new List<int>();
        server.Io.On("ev", (Socket _, int n) =>
        {
            started.Add(n);
            gates.Add(new TaskCompletionSource());
            return gates[^1].Task;
        });
        var (client, _) = server.Connect();

        for (var n = 0; n < 6; n++)
            client.Emit("ev", $"{n}");

        Assert.That(started, Is.EqualTo(Enumerable.Range(0, Math.Min(limit, 6))));
        for (var ended = 0; ended < 6; ended++)
        {
            gates[ended].SetResult();
            Assert.That(started, Is.EqualTo(Enumerable.Range(0, (int)Math.Min((long)limit + ended + 1, 6))));
        }
    }

    [Test]
    public async Task The_reader_waits_when_the_waiting_events_hold_too_much_and_goes_on_when_one_has_run([Values] bool attached)
    {
        using var server = new InMemoryServer(options => options.MaxPendingEventBytes = 4_000);
        var gates = new Queue<TaskCompletionSource>();
        server.Io.On("ev", (Socket _) =>
        {
            gates.Enqueue(new TaskCompletionSource());
            return gates.Last().Task;
        });
        var (client, _) = server.Connect();
        await Send();
        await Send();
        await Send();
        await Send();
        Assert.That(client.Session.IsOpen);
        var atLimit = Send();
        Assert.That(atLimit.IsCompleted, Is.False);

        gates.Dequeue().SetResult();
        await atLimit.WithDeadline();

        Task Send()
        {
            if (!attached)
                return client.Post($$"""42["ev","{{new string('x', 1_000)}}"]""").AsTask();
            client.Send("""451-["ev",{"_placeholder":true,"num":0}]""");
            return client.Post(new byte[1_000]).AsTask();
        }
    }

    [Test]
    public void Waiting_events_of_all_namespaces_of_a_connection_count_together()
    {
        using var server = new InMemoryServer(options => options.MaxPendingEventBytes = 2_000);
        var never = new TaskCompletionSource();
        foreach (var name in (string[])["/a", "/b"])
            server.Io.Of(name).On("ev", (Socket _) => never.Task);
        var client = server.Open();
        client.Join("/a");
        client.Join("/b");
        client.Send("""42/a,["ev"]""");
        client.Send("""42/b,["ev"]""");
        client.Send($$"""42/a,["ev","{{new string('x', 1_000)}}"]""");
        Assert.That(client.Post($$"""42/b,["ev","{{new string('x', 1_000)}}"]""").AsTask().IsCompleted, Is.False);
    }

    [Test]
    public async Task The_reader_that_waits_is_let_go_when_the_connection_ends()
    {
        using var server = new InMemoryServer(options => options.MaxPendingEventBytes = 1);
        server.Io.On("ev", (Socket _) => new TaskCompletionSource().Task);
        var (client, _) = server.Connect();
        client.Emit("ev");
        var atLimit = client.Post("""42["ev"]""").AsTask();
        Assert.That(atLimit.IsCompleted, Is.False);
        client.Lose();
        await atLimit.WithDeadline();
    }

    [Test]
    public async Task The_events_of_a_socket_that_has_gone_hold_nobody_up_though_its_handler_never_ends()
    {
        using var server = new InMemoryServer(options => options.MaxPendingEventBytes = 1_000);
        server.Io.Of("/stuck").On("ev", (Socket _) => new TaskCompletionSource().Task);
        var client = server.Open();
        client.Join();
        for (var round = 0; round < 3; round++)
        {
            var stuck = client.Join("/stuck");
            client.Send("""42/stuck,["ev"]""");
            client.Send("""42/stuck,["ev"]""");
            client.Send("""42/stuck,["ev"]""");
            var atLimit = client.Post($$"""42/stuck,["ev","{{new string('x', 1_000)}}"]""").AsTask();
            Assert.That(atLimit.IsCompleted, Is.False);
            await stuck.DisconnectAsync();
            await atLimit.WithDeadline();
            Assert.That(client.Next(), Is.EqualTo("41/stuck,"));
        }
    }

    [Test]
    public async Task Acknowledgements_pongs_joins_and_disconnects_do_not_wait_behind_hundreds_of_events()
    {
        using var server = new InMemoryServer();
        server.Io.Of("/other");
        var answer = 0;
        server.Io.On("ask", async (Socket socket) => { answer = await socket.EmitWithAckAsync<int>("question"); });
        var handled = 0;
        server.Io.On("ev", (Socket _) => { handled++; });
        var (client, socket) = server.Connect();
        client.Emit("ask");
        for (var i = 0; i < 1_000; i++)
            client.Emit("ev");
        Assert.That(client.Next(), Is.EqualTo("""420["question"]"""));

        server.Clock.Advance(server.Io.Options.PingInterval + TimeSpan.FromSeconds(1));
        server.Clock.Advance(server.Io.Options.PingTimeout + TimeSpan.FromSeconds(1));
        Assert.That(client.IsClosed, Is.False, "the in-memory client answers pings");
        var other = client.Join("/other");
        client.Send("41/other,");
        Assert.That(other.IsConnected, Is.False);
        Assert.That(handled, Is.Zero);
        client.Send("430[5]");
        await Deadlines.Eventually(() => handled == 1_000);
        Assert.That(answer, Is.EqualTo(5));
        Assert.That(socket.IsConnected);
    }

    [Test]
    public async Task Acknowledgements_and_the_disconnect_are_handled_while_a_handler_is_blocked()
    {
        using var server = new InMemoryServer();
        var got = 0;
        server.Io.On("ask", async (Socket socket) => { got = await socket.EmitWithAckAsync<int>("question"); });
        server.Io.On("block", (Socket _) => new TaskCompletionSource().Task);
        var (client, socket) = server.Connect();
        client.Emit("ask");
        Assert.That(client.Next(), Is.EqualTo("""420["question"]"""));
        client.Send("430[5]");
        await Deadlines.Eventually(() => got == 5);

        client.Emit("block");
        client.Send("41");
        Assert.That(socket.IsConnected, Is.False);
    }

    [Test]
    public void Events_that_waited_are_dropped_after_the_disconnect()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource();
        var late = 0;
        server.Io.On("block", (Socket _) => gate.Task);
        server.Io.On("late", (Socket _) => { late++; });
        var (client, _) = server.Connect();
        client.Emit("block");
        client.EmitWithAck(1, "late");
        client.Emit("late");
        client.Send("41");
        gate.SetResult();
        Assert.That(late, Is.Zero);
        Assert.That(client.All(), Is.Empty);
    }

    [Test]
    public void A_handler_that_ends_after_the_disconnect_acknowledges_nothing()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource<int>();
        server.Io.On("ask", (Socket _) => gate.Task);
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "ask");
        client.Send("41");
        client.Send("40");
        client.Next();
        gate.SetResult(1);
        Assert.That(client.All(), Is.Empty);
    }

    [Test]
    public void Exceptions_of_handlers_are_reported_and_harm_nobody()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("threw");
        var reported = new List<string>();
        var own = new List<string>();
        server.Io.OnError((_, exception, name) => reported.Add($"{name} {exception.Message}"));
        server.Io.On("sync", (Socket _) => throw new InvalidOperationException("1"));
        server.Io.On("async", async (Socket _) =>
        {
            await Task.CompletedTask;
            throw new InvalidOperationException("2");
        });
        var gate = new TaskCompletionSource();
        server.Io.On("later", (Socket _) => gate.Task);
        server.Io.On("null", (Socket _) => (Task)null!);
        server.Io.On("good", (Socket _) => 1);
        var (client, socket) = server.Connect();
        socket.OnError(exception => own.Add(exception.Message));

        client.EmitWithAck(1, "sync");
        client.EmitWithAck(2, "async");
        client.EmitWithAck(3, "later");
        gate.SetException(new InvalidOperationException("3"));
        client.EmitWithAck(4, "null");
        client.EmitWithAck(5, "good");

        Assert.That(reported[..3], Is.EqualTo((string[])["sync 1", "async 2", "later 3"]));
        Assert.That(own, Has.Count.EqualTo(4));
        Assert.That(client.All(), Is.EqualTo((string[])["435[1]"]));
    }

    [Test]
    public void Exceptions_of_listeners_and_middleware_are_reported_and_harm_nobody()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("threw");
        var reported = new List<string>();
        server.Io.OnError((_, exception, name) => reported.Add($"{name} {exception.Message}"));
        server.Io.On("ev", (Socket _) => 1);
        var (client, socket) = server.Connect();
        var veto = false;
        socket.OnAny((Action<IncomingEvent>)(_ => throw new InvalidOperationException("any")));
        socket.OnAnyOutgoing((Action<OutgoingEvent>)(_ => throw new InvalidOperationException("outgoing")));
        socket.Use((_, next) => veto ? throw new InvalidOperationException("middleware") : next());

        client.EmitWithAck(1, "ev");
        veto = true;
        client.EmitWithAck(2, "ev");
        socket.EmitAsync("out").AsTask().Wait();
        server.Io.EmitAsync("out").AsTask().Wait();

        Assert.That(reported, Is.EqualTo((string[])["ev any", "ev any", "ev middleware", "out outgoing", "out outgoing"]));
        Assert.That(client.All(), Is.EqualTo((string[])["431[1]", """42["out"]""", """42["out"]"""]));
    }

    [Test]
    public void An_exception_of_an_error_handler_harms_nobody()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("threw");
        server.Io.OnError((_, _, _) => throw new InvalidOperationException("second"));
        server.Io.On("boom", (Socket _) => throw new InvalidOperationException("first"));
        server.Io.On("good", (Socket _) => 1);
        var (client, _) = server.Connect();
        client.Emit("boom");
        client.EmitWithAck(1, "good");
        Assert.That(client.All(), Is.EqualTo((string[])["431[1]"]));
        Assert.That(server.Log.Entries.Count(entry => entry.Exception is not null), Is.EqualTo(2));
    }

    [Test]
    public void An_argument_that_does_not_convert_is_reported_and_not_acknowledged()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("was not handled");
        Exception? reported = null;
        server.Io.OnError((_, exception, _) => reported = exception);
        server.Io.On("ev", (Socket _, int n) => n);
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "ev", "\"text\"");
        client.EmitWithAck(2, "ev");
        client.EmitWithAck(3, "ev", "3", "4");
        Assert.That(reported, Is.TypeOf<EventArgumentException>());
        Assert.That(client.All(), Is.EqualTo((string[])["433[3]"]));
    }

    [Test]
    public void An_argument_that_nobody_reads_need_not_be_what_the_options_allow_also_when_it_has_to_wait()
    {
        const string Argument = "{\"a\":1,\"a\":2}";
        using var server = new InMemoryServer(options => options.Json.AllowDuplicateProperties = false);
        var gate = new TaskCompletionSource();
        var count = 0;
        server.Io.On("block", (Socket _) => gate.Task);
        server.Io.On("twice", (Socket _) => { count++; });
        var (client, socket) = server.Connect();

        client.Emit("block");
        client.Emit("twice", Argument, "2");
        gate.SetResult();
        var seen = 0;
        socket.OnAny(incoming => seen = incoming.Count == 2 ? incoming.Get<int>(1) : -1);
        client.Emit("twice", Argument, "2");

        Assert.That(client.IsClosed, Is.False);
        Assert.That(count, Is.EqualTo(2));
        Assert.That(seen, Is.EqualTo(2));
    }

    [Test]
    public void Once_runs_once_for_an_event_that_arrives_while_it_runs()
    {
        using var server = new InMemoryServer(options => options.MaxConcurrentHandlers = 4);
        var (client, socket) = server.Connect();
        var count = 0;
        socket.Once("ev", () =>
        {
            count++;
            client.Emit("ev");
            return new TaskCompletionSource().Task;
        });
        client.Emit("ev");
        client.Emit("ev");
        Assert.That(count, Is.EqualTo(1));
    }

    [Test]
    public void Once_runs_once_when_two_events_have_found_it_before_it_ran()
    {
        using var server = new InMemoryServer(options => options.MaxConcurrentHandlers = 4);
        InMemoryClient? client = null;
        var isOuter = true;
        var count = 0;
        server.Io.On("ev", (Socket _) =>
        {
            if (!isOuter)
                return;
            isOuter = false;
            client!.Emit("ev");
        });
        (client, var socket) = server.Connect();
        socket.Once("ev", () => { count++; });
        client.Emit("ev");
        Assert.That(count, Is.EqualTo(1));
    }

    [Test]
    public void Once_runs_once_for_events_of_four_threads()
    {
        using var server = new InMemoryServer(options => options.MaxConcurrentHandlers = int.MaxValue);
        for (var round = 0; round < 200; round++)
        {
            var (client, socket) = server.Connect();
            var count = 0;
            socket.Once("ev", () => { Interlocked.Increment(ref count); });
            Parallel.For(0, 4, _ => client.Emit("ev"));
            Assert.That(count, Is.EqualTo(1));
            client.Lose();
        }
    }

    [Test]
    public void A_handler_removed_during_the_dispatch_of_an_event_is_gone_for_the_next_one()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var ran = new List<string>();
        Action second = () => ran.Add("second");
        socket.On("ev", () =>
        {
            ran.Add("first");
            socket.Off("ev", second);
        });
        socket.On("ev", second);
        client.Emit("ev");
        client.Emit("ev");
        Assert.That(ran, Is.EqualTo((string[])["first", "second", "first"]));

        socket.Off("ev");
        socket.Off("unknown");
        client.Emit("ev");
        Assert.That(ran, Has.Count.EqualTo(3));
    }

    [Test]
    public void The_handlers_of_the_namespace_run_before_those_of_the_socket()
    {
        using var server = new InMemoryServer();
        var ran = new List<string>();
        server.Io.On("ev", (Socket _) => ran.Add("namespace"));
        var (client, socket) = server.Connect();
        socket.On("ev", () => ran.Add("socket"));
        socket.OnAny(_ => ran.Add("any"));
        socket.PrependAny(_ => ran.Add("first"));
        client.Emit("ev");
        Assert.That(ran, Is.EqualTo((string[])["first", "any", "namespace", "socket"]));
    }

    [Test]
    public void Middleware_of_a_socket_runs_in_order_and_keeps_an_event_by_not_going_on()
    {
        using var server = new InMemoryServer();
        var ran = new List<string>();
        server.Io.On("ev", (Socket _) => 1);
        var (client, socket) = server.Connect();
        socket.Use(async (_, next) =>
        {
            ran.Add("in 1");
            await next();
            ran.Add("out 1");
        });
        socket.Use((incoming, next) =>
        {
            ran.Add("2");
            return incoming.Count > 0 ? Task.CompletedTask : next();
        });
        client.EmitWithAck(1, "ev");
        client.EmitWithAck(2, "ev", "1");
        Assert.That(ran, Is.EqualTo((string[])["in 1", "2", "out 1", "in 1", "2", "out 1"]));
        Assert.That(client.All(), Is.EqualTo((string[])["431[1]"]));
    }

    [Test]
    public void Of_several_handlers_the_first_result_is_the_acknowledgement()
    {
        using var server = new InMemoryServer();
        var slow = new TaskCompletionSource<string>();
        server.Io.On("ev", (Socket _) => slow.Task);
        server.Io.On("ev", (Socket _) => { });
        server.Io.On("ev", (Socket _) => "fast");
        server.Io.On("ev", (Socket _) => "third");
        var (client, _) = server.Connect();
        client.EmitWithAck(9, "ev");
        slow.SetResult("slow");
        Assert.That(client.All(), Is.EqualTo((string[])["""439["fast"]"""]));
    }

    [Test]
    public void A_handler_without_a_result_ends_the_wait_only_if_it_is_alone()
    {
        using var server = new InMemoryServer();
        server.Io.On("one", (Socket _) => { });
        server.Io.On("task", (Socket _) => Task.CompletedTask);
        server.Io.On("two", (Socket _) => { });
        server.Io.On("two", (Socket _) => Task.CompletedTask);
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "one");
        client.EmitWithAck(2, "task");
        client.EmitWithAck(3, "two");
        client.EmitWithAck(4, "nobody");
        client.Emit("one");
        Assert.That(client.All(), Is.EqualTo((string[])["431[]", "432[]"]));
    }

    [Test]
    public void Several_arguments_null_and_binary_are_acknowledged_as_they_are()
    {
        using var server = new InMemoryServer();
        server.Io.On("several", (Socket _) => new AckArguments(1, "two", null));
        server.Io.On("none", (Socket _) => new AckArguments());
        server.Io.On("null", (Socket _) => (string?)null);
        server.Io.On("bytes", (Socket _) => Task.FromResult(new byte[] { 7 }));
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "several");
        client.EmitWithAck(2, "none");
        client.EmitWithAck(3, "null");
        client.EmitWithAck(4, "bytes");
        Assert.That(
            client.All(),
            Is.EqualTo((string[])["""431[1,"two",null]""", "432[]", "433[null]", """461-4[{"_placeholder":true,"num":0}]""", "#07"]));
    }

    [Test]
    public void A_handler_can_take_the_arguments_by_itself()
    {
        using var server = new InMemoryServer();
        server.Io.On("sum", (Socket _, IncomingEvent incoming) =>
            Task.FromResult(Enumerable.Range(0, incoming.Count).Sum(incoming.Get<int>)));
        server.Io.On("what", (Socket _, IncomingEvent incoming) =>
            Task.FromResult($"{incoming.Name} {incoming.Count} {incoming.WantsAck} {incoming.Get<string>(5) is null}"));
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "sum", "1", "2", "3", "4");
        client.EmitWithAck(2, "what");
        Assert.That(client.All(), Is.EqualTo((string[])["431[10]", """432["what 0 True True"]"""]));
    }

    [Test]
    public void Events_of_two_sockets_do_not_wait_for_each_other()
    {
        using var server = new InMemoryServer();
        server.Io.Of("/b").On("ev", (Socket _) => 1);
        server.Io.On("block", (Socket _) => new TaskCompletionSource().Task);
        var client = server.Open();
        client.Join();
        client.Join("/b");
        client.Emit("block");
        client.Send("""42/b,1["ev"]""");
        Assert.That(client.All(), Is.EqualTo((string[])["43/b,1[1]"]));
    }

    [TestCase(1)]
    [TestCase(int.MaxValue)]
    public async Task Events_that_come_before_the_connection_handler_has_begun_find_what_it_registers(int limit)
    {
        using var server = new InMemoryServer(options => options.MaxConcurrentHandlers = limit);
        var got = new ConcurrentQueue<int>();
        var accept = new TaskCompletionSource<ConnectResult>();
        server.Io.Use(_ => accept.Task);
        server.Io.OnConnection(socket => socket.On("ev", (int n) => got.Enqueue(n)));
        var client = server.Open();
        var reader = Task.CompletedTask;

        // the client is so fast that its reader, another thread, gets the events before the answer's write has returned
        client.Writing = _ =>
        {
            reader = Task.Run(() =>
            {
                client.Emit("ev", "1");
                client.Emit("ev", "2");
            });
            reader.Wait();
        };
        client.Send("40");
        accept.SetResult(ConnectResult.Accept);
        await reader.WithDeadline();

        Assert.That(got, Is.EqualTo((int[])[1, 2]));
    }
}
