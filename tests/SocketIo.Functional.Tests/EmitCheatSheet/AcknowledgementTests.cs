using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.EmitCheatSheet;

/// <summary>Emitting to one socket and waiting for its acknowledgement.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AcknowledgementTests
{
    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);

    private readonly ManualClock _clock = new();

    [Test]
    public async Task The_acknowledgement_s_first_argument_is_the_result()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        await client.OnAckEchoAsync("echo");
        await client.OnAckAsync("object", new { name = "ann", age = 7 });
        await client.OnAckAsync("nothing");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await socket.EmitWithAckAsync<int>("echo", 42).WithDeadline(), Is.EqualTo(42));
            Assert.That(await socket.EmitWithAckAsync<string>("echo", "first", "second").WithDeadline(), Is.EqualTo("first"));
            Assert.That(await socket.EmitWithAckAsync<string>("echo", ["1", 2, new { three = 3 }, new byte[] { 4 }]).WithDeadline(), Is.EqualTo("1"));
            Assert.That(await socket.EmitWithAckAsync<byte[]>("echo", new byte[] { 1, 2 }).WithDeadline(), Is.EqualTo(new byte[] { 1, 2 }));
            Assert.That(await socket.EmitWithAckAsync<Person>("object").WithDeadline(), Is.EqualTo(new Person("ann", 7)));
        });
        Assert.That(client.Events.Where(received => !received.IsLifecycle).All(received => received.WantsAck));
    }

    [Test]
    public async Task An_acknowledgement_without_arguments_is_default()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        var socket = await JoinAsync(server, raw);
        var answer = socket.EmitWithAckAsync<string>("nothing");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("""420["nothing"]"""));
        await raw.SendAsync("430[]");
        Assert.That(await answer.WithDeadline(), Is.Null);
    }

    [Test]
    public async Task A_stock_client_s_several_values_are_a_tuple_or_values_of_any_number()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        await client.OnAckEchoAsync("echo");
        var (text, data) = await socket.EmitWithAckAsync<string, byte[]>("echo", "a", new byte[] { 1, 2 }).WithDeadline();
        Assert.That(text, Is.EqualTo("a"));
        Assert.That(data, Is.EqualTo(new byte[] { 1, 2 }));
        var values = await socket.EmitWithAckAsync("echo", 1, null, "c").WithDeadline();
        Assert.That((values.Count, values.Get<int>(0), values.Get<string>(1), values.Get<string>(2)), Is.EqualTo((3, 1, (string?)null, "c")));
        Assert.That((await socket.EmitWithAckAsync("echo").WithDeadline()).Count, Is.Zero);
        var results = await server.Io.EmitWithAckAsync<string, int>("echo", "b", 2).WithDeadline();
        Assert.That(results.Values, Is.EqualTo(new[] { ((string?)"b", 2) }));
        var remote = (await server.Io.FetchSocketsAsync()).Single();
        Assert.That(await remote.EmitWithAckAsync<int>("echo", 7).WithDeadline(), Is.EqualTo(7));
    }

    [Test]
    public async Task A_stock_client_is_acknowledged_while_the_handler_goes_on()
    {
        await using var server = await StartAsync();
        var (client, _) = await server.ConnectAsync();
        var gate = new TaskCompletionSource();
        var done = new TaskCompletionSource<bool>();
        server.Io.On("order", async (Socket _, string dish, Ack ack) =>
        {
            await ack.SendAsync("accepted", dish, new byte[] { 1 });
            await gate.Task;
            await ack.SendAsync("too late");
            done.SetResult(ack.IsWanted);
        });
        var answer = await client.EmitWithAckAsync("order", "soup").WithDeadline();
        Assert.That(answer.Take(2).Select(static value => value.GetString()), Is.EqualTo(new[] { "accepted", "soup" }));
        Assert.That(answer, Has.Length.EqualTo(3));
        gate.SetResult();
        Assert.That(await done.Task.WithDeadline());
    }

    [Test]
    public async Task An_acknowledgement_in_time_is_the_result_and_the_time_is_no_longer_counted()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        await client.OnAckEchoAsync("echo");
        var answer = socket.Timeout(FiveSeconds).EmitWithAckAsync<int>("echo", 42);
        Assert.That(await answer.WithDeadline(), Is.EqualTo(42));
        Assert.That(server.Io.CountPendingAcks(), Is.Zero);
        _clock.Advance(FiveSeconds);
        await client.EmitWithAckAsync("answer me");
        Assert.That(socket.IsConnected);
    }

    [Test]
    public async Task A_client_that_does_not_acknowledge_in_time_is_an_AckTimeoutException()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        var answer = socket.Timeout(FiveSeconds).EmitWithAckAsync<string>("silence");
        await client.NextEventAsync("silence");
        _clock.Advance(FiveSeconds);
        var exception = (await Assert.ThrowsAsync<AckTimeoutException>(async () => await answer.WithDeadline()))!;
        Assert.Multiple(() =>
        {
            Assert.That(exception.EventName, Is.EqualTo("silence"));
            Assert.That(exception.Timeout, Is.EqualTo(FiveSeconds));
            Assert.That(server.Io.CountPendingAcks(), Is.Zero);
        });
    }

    [Test]
    public async Task The_option_AckTimeout_holds_where_no_timeout_is_named()
    {
        await using var server = await StartAsync(options => options.AckTimeout = FiveSeconds);
        var (_, socket) = await server.ConnectAsync();
        var single = socket.EmitWithAckAsync<string>("silence");
        var broadcast = server.Io.EmitWithAckAsync<string>("silence");
        _clock.Advance(FiveSeconds);
        await Assert.ThrowsAsync<AckTimeoutException>(async () => await single.WithDeadline());
        Assert.That((await broadcast.WithDeadline()).Missing, Is.EqualTo(new[] { socket.Id }));
    }

    [Test]
    public async Task An_acknowledgement_that_comes_too_late_is_ignored()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        var socket = await JoinAsync(server, raw);
        var late = socket.Timeout(FiveSeconds).EmitWithAckAsync<int>("first");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("""420["first"]"""));
        _clock.Advance(FiveSeconds);
        await Assert.ThrowsAsync<AckTimeoutException>(async () => await late.WithDeadline());
        var inTime = socket.EmitWithAckAsync<int>("second");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("""421["second"]"""));
        await raw.SendAsync("430[1]");
        await raw.SendAsync("431[2]");
        Assert.That(await inTime.WithDeadline(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_client_that_disconnects_instead_is_a_SocketDisconnectedException()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        var answer = socket.EmitWithAckAsync<string>("silence");
        await client.NextEventAsync("silence");
        await client.DisconnectAsync();
        var exception = (await Assert.ThrowsAsync<SocketDisconnectedException>(async () => await answer.WithDeadline()))!;
        Assert.Multiple(() =>
        {
            Assert.That(exception.EventName, Is.EqualTo("silence"));
            Assert.That(exception.SocketId, Is.EqualTo(socket.Id));
            Assert.That(server.Io.CountPendingAcks(), Is.Zero);
        });
    }

    [Test]
    public async Task A_socket_that_is_disconnected_already_is_a_SocketDisconnectedException()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        await socket.DisconnectAsync();
        await client.DisconnectedAsync();
        await Assert.ThrowsAsync<SocketDisconnectedException>(async () => await socket.EmitWithAckAsync<string>("too late").WithDeadline());
        Assert.That(server.Io.CountPendingAcks(), Is.Zero);
    }

    [Test]
    public async Task A_cancelled_wait_is_an_OperationCanceledException()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        using var source = new CancellationTokenSource();
        var single = socket.WithCancellation(source.Token).EmitWithAckAsync<string>("silence");
        var broadcast = server.Io.WithCancellation(source.Token).EmitWithAckAsync<string>("silence");
        await client.NextEventAsync("silence");
        await source.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(async () => await single.WithDeadline());
        await Assert.CatchAsync<OperationCanceledException>(async () => await broadcast.WithDeadline());
        Assert.That(server.Io.CountPendingAcks(), Is.Zero);
    }

    [Test]
    public async Task An_acknowledgement_of_another_type_is_an_EventArgumentException()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        await client.OnAckAsync("number?", "text");
        await Assert.ThrowsAsync<EventArgumentException>(async () => await socket.EmitWithAckAsync<int>("number?").WithDeadline());
    }

    [Test]
    public async Task An_emit_that_throws_leaves_nothing_waiting()
    {
        await using var server = await StartAsync();
        var (_, socket) = await server.ConnectAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await socket.EmitWithAckAsync<int>("connect"));
        await Assert.CatchAsync(async () => await socket.EmitWithAckAsync<int>("unserialisable", new Unserialisable()));
        await Assert.CatchAsync(async () => await server.Io.EmitWithAckAsync<int>("unserialisable", new Unserialisable()));
        Assert.That(server.Io.CountPendingAcks(), Is.Zero);
    }

    [Test]
    public async Task A_timeout_of_zero_is_refused()
    {
        await using var server = await StartAsync();
        var (_, socket) = await server.ConnectAsync();
        Assert.That(() => socket.Timeout(TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => server.Io.Timeout(TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task A_broadcast_collects_the_acknowledgements_of_all()
    {
        await using var server = await StartAsync();
        var ids = new List<string>();
        for (var i = 1; i <= 3; i++)
        {
            var (client, socket) = await server.ConnectAsync();
            await client.OnAckAsync("number?", i);
            ids.Add(socket.Id);
        }
        var results = await server.Io.Timeout(FiveSeconds).EmitWithAckAsync<int>("number?").WithDeadline();
        Assert.Multiple(() =>
        {
            Assert.That(results.IsComplete);
            Assert.That(results.Missing, Is.Empty);
            Assert.That(results.Values, Is.EquivalentTo(new[] { 1, 2, 3 }));
            Assert.That(results.Responses.Select(response => (response.SocketId, response.Value)), Is.EquivalentTo(ids.Select((id, i) => (id, i + 1))));
        });
    }

    [Test]
    public async Task A_broadcast_from_a_socket_asks_only_the_others_of_the_rooms()
    {
        await using var server = await StartAsync();
        var sender = await server.ConnectAsync();
        var member = await server.ConnectAsync();
        await server.ConnectAsync();
        await sender.Socket.JoinAsync("room");
        await member.Socket.JoinAsync("room");
        await member.Client.OnAckAsync("ready?", true);
        var results = await sender.Socket.To("room").Timeout(FiveSeconds).EmitWithAckAsync<bool>("ready?", "x").WithDeadline();
        Assert.Multiple(() =>
        {
            Assert.That(results.IsComplete);
            Assert.That(results.Responses.Single(), Is.EqualTo(new AckResponse<bool>(member.Socket.Id, true)));
        });
    }

    [Test]
    public async Task A_broadcast_tells_who_did_not_answer_in_time()
    {
        await using var server = await StartAsync();
        var quick = await server.ConnectAsync();
        var silent = await server.ConnectAsync();
        await quick.Client.OnAckAsync("there?", "yes");
        var asking = server.Io.Timeout(FiveSeconds).EmitWithAckAsync<string>("there?", 1, 2);
        await silent.Client.NextEventAsync("there?");
        await quick.Client.NextEventAsync("there?");

        // what the quick client sends behind its acknowledgement has been read when it is answered
        await quick.Client.EmitWithAckAsync("answer me");
        _clock.Advance(FiveSeconds);
        var results = await asking.WithDeadline();
        Assert.Multiple(() =>
        {
            Assert.That(results.IsComplete, Is.False);
            Assert.That(results.Values, Is.EqualTo(new[] { "yes" }));
            Assert.That(results.Missing, Is.EqualTo(new[] { silent.Socket.Id }));
            Assert.That(server.Io.CountPendingAcks(), Is.Zero);
        });
    }

    [Test]
    public async Task A_broadcast_does_not_wait_for_those_who_disconnect()
    {
        await using var server = await StartAsync();
        var quick = await server.ConnectAsync();
        var leaving = await server.ConnectAsync();
        await quick.Client.OnAckAsync("there?", "yes");
        var asking = server.Io.EmitWithAckAsync<string>("there?");
        await leaving.Client.NextEventAsync("there?");
        await leaving.Client.DisconnectAsync();
        var results = await asking.WithDeadline();
        Assert.Multiple(() =>
        {
            Assert.That(results.IsComplete, Is.False);
            Assert.That(results.Values, Is.EqualTo(new[] { "yes" }));
            Assert.That(results.Missing, Is.EqualTo(new[] { leaving.Socket.Id }));
            Assert.That(server.Io.CountPendingAcks(), Is.Zero);
        });
    }

    [Test]
    public async Task A_broadcast_to_nobody_is_complete_at_once()
    {
        await using var server = await StartAsync();
        var results = await server.Io.To("nobody").EmitWithAckAsync<string>("there?", ["a", 1, null, true]).WithDeadline();
        Assert.That(results.IsComplete);
        Assert.That(results.Responses, Is.Empty);
    }

    [Test]
    public async Task A_broadcast_counts_an_answer_of_another_type_as_missing_and_logs_it()
    {
        await using var server = await StartAsync();
        server.Log.Expect("number?");
        var (client, socket) = await server.ConnectAsync();
        await client.OnAckAsync("number?", "text");
        var results = await server.Io.EmitWithAckAsync<int>("number?").WithDeadline();
        Assert.That(results.Missing, Is.EqualTo(new[] { socket.Id }));
    }

    private Task<TestServer> StartAsync(Action<SocketIoOptions>? options = null) => TestServer.StartSocketIoAsync(
        io => io.On("answer me", (Socket _) => true), options, build => build.Services.AddSingleton<TimeProvider>(_clock));

    private static async Task<Socket> JoinAsync(TestServer server, RawClient raw)
    {
        var id = await raw.JoinAsync();
        await Deadlines.Eventually(() => server.Io.Sockets.ContainsKey(id));
        return server.Io.Sockets[id];
    }

    private sealed record Person(string Name, int Age);

    private sealed class Unserialisable
    {
        public string Value => throw new InvalidOperationException("never serialised");
    }
}
