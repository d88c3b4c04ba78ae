using System.Collections.Concurrent;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>When the handlers of a socket run. A gate that the test opens stands for slow work.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class OrderTests
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Signal<string> _started = new();

    [Test]
    public async Task Handlers_of_a_socket_run_one_at_a_time_in_the_order_of_the_events()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        await client.OnAckAsync("there?", true);
        await client.EmitAsync("slow", 1);
        await client.EmitAsync("quick", 2);
        await client.EmitAsync("quick", 3);

        // an acknowledgement does not wait behind handlers, but is read behind the events that were sent before it
        Assert.That(await socket.EmitWithAckAsync<bool>("there?").WithDeadline());
        Assert.That(_log, Is.EqualTo(new[] { "slow 1 starts" }));
        _gate.SetResult();
        await client.EmitWithAckAsync("quick", 4);
        Assert.That(_log, Is.EqualTo(new[] { "slow 1 starts", "slow 1 ends", "quick 2", "quick 3", "quick 4" }));
    }

    [Test]
    public async Task The_sockets_of_one_connection_and_of_others_do_not_wait_for_each_other()
    {
        await using var server = await StartAsync(io => io.Of("/other").On("answer me", (Socket _) => true));
        var slow = await server.ConnectAsync();
        var sameConnection = await slow.Client.OpenSocketAsync("/other");
        await sameConnection.ConnectedAsync();
        var other = await server.ConnectAsync();
        await slow.Client.EmitAsync("slow", 1);
        Assert.That((await sameConnection.EmitWithAckAsync("answer me")).Single().GetBoolean());
        await other.Client.EmitWithAckAsync("quick", 2);
        Assert.That(_log, Is.EqualTo(new[] { "slow 1 starts", "quick 2" }));
        _gate.SetResult();
    }

    [Test]
    public async Task Events_wait_until_the_connection_handler_has_ended()
    {
        await using var server = await StartAsync(io => io.OnConnection(async socket =>
        {
            _log.Enqueue("connection starts");
            await _gate.Task;
            socket.On("late", () => _log.Enqueue("late"));
            _log.Enqueue("connection ends");
        }));
        var (client, socket) = await server.ConnectAsync();
        await client.OnAckAsync("there?", true);
        await client.EmitAsync("late");
        await socket.EmitWithAckAsync<bool>("there?").WithDeadline();
        Assert.That(_log, Is.EqualTo(new[] { "connection starts" }));
        _gate.SetResult();
        await client.EmitWithAckAsync("quick", 1);
        Assert.That(_log, Is.EqualTo(new[] { "connection starts", "connection ends", "late", "quick 1" }));
    }

    [Test]
    public async Task A_handler_can_ask_its_own_client()
    {
        await using var server = await StartAsync(io => io.On("start", async (Socket socket) => "hello " + await socket.EmitWithAckAsync<string>("name?")));
        var (client, _) = await server.ConnectAsync();
        await client.OnAckAsync("name?", "ann");
        Assert.That((await client.EmitWithAckAsync("start")).Single().GetString(), Is.EqualTo("hello ann"));
    }

    [Test]
    public async Task A_disconnect_does_not_wait_behind_a_handler_and_what_waited_is_not_handled()
    {
        var gone = new Signal<string>();
        await using var server = await StartAsync(io => io.OnDisconnect((_, reason) => gone.SetAsync(reason.ToString())));
        var (client, _) = await server.ConnectAsync();
        await client.EmitAsync("slow", 1);
        await client.EmitAsync("quick", 2);
        await client.DisconnectAsync();
        Assert.That(await gone.NextAsync(), Is.EqualTo("client namespace disconnect"));
        Assert.That(_log, Is.EqualTo(new[] { "slow 1 starts" }));
        _gate.SetResult();
        await Deadlines.Eventually(() => _log.Count == 2);
        Assert.That(_log, Is.EqualTo(new[] { "slow 1 starts", "slow 1 ends" }));
    }

    [Test]
    public async Task With_more_handlers_at_once_they_start_in_order_and_are_not_waited_for()
    {
        await using var server = await StartAsync(options: options => options.MaxConcurrentHandlers = 2);
        var (client, socket) = await server.ConnectAsync();
        await client.OnAckAsync("there?", true);
        await client.EmitAsync("slow", 1);
        await client.EmitAsync("slow", 2);
        await client.EmitAsync("quick", 3);
        Assert.That(await _started.NextAsync(), Is.EqualTo("slow 1"));
        Assert.That(await _started.NextAsync(), Is.EqualTo("slow 2"));
        await socket.EmitWithAckAsync<bool>("there?").WithDeadline();
        Assert.That(_log, Is.EqualTo(new[] { "slow 1 starts", "slow 2 starts" }));
        _gate.SetResult();
        await Deadlines.Eventually(() => _log.Contains("quick 3"));
    }

    [TestCase("websocket")]
    [TestCase("polling")]
    public async Task A_client_with_too_many_waiting_events_is_not_read_until_there_is_room(string transport)
    {
        await using var server = await StartAsync(options: options => options.MaxPendingEventBytes = 600);
        var busy = await server.ConnectAsync("/", new { transports = new[] { transport } });
        var other = await server.ConnectAsync();
        await busy.Client.OnAckAsync("there?", true);
        await busy.Client.EmitAsync("slow", 0);
        Assert.That(await _started.NextAsync(), Is.EqualTo("slow 0"));
        for (var i = 1; i <= 5; i++)
            await busy.Client.EmitAsync("quick", i);
        var answer = busy.Socket.EmitWithAckAsync<bool>("there?");
        await busy.Client.NextEventAsync("there?");

        // others are served meanwhile
        await other.Client.EmitWithAckAsync("quick", 100);
        Assert.That(answer.IsCompleted, Is.False);
        Assert.That(_log, Is.EqualTo(new[] { "slow 0 starts", "quick 100" }));
        _gate.SetResult();
        Assert.That(await answer.WithDeadline());
        await busy.Client.EmitWithAckAsync("quick", 6);
        Assert.That(
            _log, Is.EqualTo(new[] { "slow 0 starts", "quick 100", "slow 0 ends", "quick 1", "quick 2", "quick 3", "quick 4", "quick 5", "quick 6" }));
    }

    [TestCase("websocket")]
    [TestCase("polling")]
    public async Task A_handler_may_wait_for_its_own_client_s_acknowledgement_with_hundreds_of_events_behind_it(string transport)
    {
        await using var server = await StartAsync(io => io.On("ask", async (Socket socket) =>
        {
            _started.Set("ask");
            await _gate.Task;
            return await socket.Timeout(Deadlines.Default / 2).EmitWithAckAsync<string>("question");
        }));
        var (client, _) = await server.ConnectAsync("/", new { transports = new[] { transport } });
        await client.OnAckAsync("question", "answer");
        var asked = client.EmitWithAckAsync("ask");
        await _started.NextAsync();
        for (var i = 1; i <= 300; i++)
            await client.EmitAsync("quick", i);
        _gate.SetResult();
        Assert.That((await asked).Single().GetString(), Is.EqualTo("answer"));
        await client.EmitWithAckAsync("quick", 301);
        Assert.That(_log, Has.Count.EqualTo(301));
    }

    [Test]
    public async Task A_client_that_is_not_read_can_still_be_disconnected_by_the_server()
    {
        var gone = new Signal<string>();
        await using var server = await StartAsync(
            io => io.OnDisconnect((_, reason) => gone.SetAsync(reason.ToString())), options => options.MaxPendingEventBytes = 1);
        var (client, socket) = await server.ConnectAsync();
        await client.EmitAsync("slow", 0);
        await client.EmitAsync("quick", 1);
        await client.EmitAsync("quick", 2);
        Assert.That(await _started.NextAsync(), Is.EqualTo("slow 0"));
        await socket.DisconnectAsync(close: true);
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        Assert.That(await gone.NextAsync(), Is.EqualTo("server namespace disconnect"));
        _gate.SetResult();
    }

    [Test]
    public async Task Waiting_events_keep_their_arguments_and_attachments()
    {
        await using var server = await StartAsync(io => io.On("bytes", (Socket _, byte[] bytes, string text) => _log.Enqueue($"{bytes.Length} {bytes[0]} {text}")));
        var (client, _) = await server.ConnectAsync();
        await client.EmitAsync("slow", 0);
        for (byte i = 1; i <= 20; i++)
            await client.EmitAsync("bytes", Enumerable.Repeat(i, i).ToArray(), "text " + i);
        Assert.That(await _started.NextAsync(), Is.EqualTo("slow 0"));
        _gate.SetResult();
        await client.EmitWithAckAsync("quick", 1);
        Assert.That(_log.Skip(2).SkipLast(1), Is.EqualTo(Enumerable.Range(1, 20).Select(i => $"{i} {i} text {i}")));
    }

    private Task<TestServer> StartAsync(Action<SocketIoServer>? configure = null, Action<SocketIoOptions>? options = null) =>
        TestServer.StartSocketIoAsync(
            io =>
            {
                io.On("slow", async (Socket _, int number) =>
                {
                    _log.Enqueue($"slow {number} starts");
                    _started.Set($"slow {number}");
                    await _gate.Task;
                    _log.Enqueue($"slow {number} ends");
                });
                io.On("quick", (Socket _, int number) => _log.Enqueue($"quick {number}"));
                configure?.Invoke(io);
            },
            options);
}
