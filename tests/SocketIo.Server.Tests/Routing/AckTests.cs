using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

public class AckTests
{
    [Test]
    public async Task An_acknowledgement_is_the_result()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var one = socket.EmitWithAckAsync<int>("a");
        var two = socket.EmitWithAckAsync<string>("b", 1, "x");
        var three = socket.EmitWithAckAsync<string>("c", [1, 2, 3, 4]);
        Assert.That(client.All(), Is.EqualTo((string[])["""420["a"]""", """421["b",1,"x"]""", """422["c",1,2,3,4]"""]));

        client.Send("""431["answer","further"]""");
        client.Send("430[5]");
        client.Send("432");

        Assert.That(await one.WithDeadline(), Is.EqualTo(5));
        Assert.That(await two.WithDeadline(), Is.EqualTo("answer"));
        Assert.That(await three.WithDeadline(), Is.Null);
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task An_acknowledgement_can_be_binary()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var ack = socket.EmitWithAckAsync<byte[]>("a", new byte[] { 1 });
        Assert.That(client.All(), Is.EqualTo((string[])["""451-0["a",{"_placeholder":true,"num":0}]""", "#01"]));
        client.Send("""461-0[{"_placeholder":true,"num":0}]""", [1, 2, 3]);
        Assert.That(await ack.WithDeadline(), Is.EqualTo((byte[])[1, 2, 3]));
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task A_wait_ends_when_its_time_is_up_and_not_before()
    {
        using var server = new InMemoryServer(options => options.AckTimeout = TimeSpan.FromSeconds(3));
        var (client, socket) = server.Connect();
        var own = socket.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<int>("own");
        var general = socket.EmitWithAckAsync<int>("general");

        server.Clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        Assert.That(general.IsCompleted, Is.False);
        server.Clock.Advance(TimeSpan.FromTicks(1));
        var exception = await Assert.ThrowsAsync<AckTimeoutException>(() => general.WithDeadline());
        Assert.That((exception!.EventName, exception.Timeout), Is.EqualTo(("general", TimeSpan.FromSeconds(3))));

        Assert.That(own.IsCompleted, Is.False);
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<AckTimeoutException>(() => own.WithDeadline());
        client.Send("430[1]");
        client.Send("431[1]");
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task An_acknowledgement_that_arrives_before_the_time_is_up_is_the_result_however_busy_the_pool_is()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        for (var i = 0; i < 500; i++)
        {
            var ack = socket.Timeout(TimeSpan.FromSeconds(1)).EmitWithAckAsync<int>("a");
            client.Send($"43{i}[{i}]");
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.That(await ack.WithDeadline(), Is.EqualTo(i));
        }
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task A_wait_ends_when_the_socket_disconnects()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var ack = socket.EmitWithAckAsync<int>("a");
        client.Send("41");
        var exception = await Assert.ThrowsAsync<SocketDisconnectedException>(() => ack.WithDeadline());
        Assert.That((exception!.EventName, exception.SocketId), Is.EqualTo(("a", socket.Id)));
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task A_disconnected_socket_does_not_answer()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        client.Lose();
        await Assert.ThrowsAsync<SocketDisconnectedException>(() => socket.EmitWithAckAsync<int>("a").WithDeadline());
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task A_socket_that_disconnects_during_the_send_does_not_answer()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        client.Writing = packet =>
        {
            if (packet.Contains("\"a\"", StringComparison.Ordinal))
                client.Lose();
        };
        await Assert.ThrowsAsync<SocketDisconnectedException>(() => socket.EmitWithAckAsync<int>("a").WithDeadline());
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task An_acknowledgement_that_comes_during_the_send_counts()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        client.Writing = _ => client.Send("430[8]");
        Assert.That(await socket.EmitWithAckAsync<int>("a").WithDeadline(), Is.EqualTo(8));
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task A_wait_can_be_cancelled()
    {
        using var server = new InMemoryServer();
        using var cancellation = new CancellationTokenSource();
        var (client, socket) = server.Connect();
        var ack = socket.WithCancellation(cancellation.Token).EmitWithAckAsync<int>("a");
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => ack.WithDeadline());
        client.Send("430[1]");
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task An_acknowledgement_of_another_type_is_an_error_of_the_wait()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var ack = socket.EmitWithAckAsync<int>("a");
        client.Send("430[\"text\"]");
        await Assert.ThrowsAsync<EventArgumentException>(() => ack.WithDeadline());
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task Only_the_first_acknowledgement_of_the_asked_socket_counts()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var (stranger, _) = server.Connect();
        server.Io.Of("/b");
        client.Join("/b");
        var ack = socket.EmitWithAckAsync<int>("a");

        stranger.Send("430[1]");
        client.Send("43/b,0[2]");
        client.Send("4377[3]");
        client.Send("43[4]");
        Assert.That(ack.IsCompleted, Is.False);
        client.Send("430[5]");
        client.Send("430[6]");

        Assert.That(await ack.WithDeadline(), Is.EqualTo(5));
        Assert.That(client.IsClosed || stranger.IsClosed, Is.False);
        AssertNothingPending(server, socket);
    }

    [Test]
    public void An_emit_that_fails_leaves_nothing_behind()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        Assert.That(() => socket.EmitWithAckAsync<int>("disconnect"), Throws.ArgumentException);
        Assert.That(() => socket.EmitWithAckAsync<int>("a", new Unwritable()), Throws.InstanceOf<NotSupportedException>());
        Assert.That(() => server.Io.EmitWithAckAsync<int>("disconnect"), Throws.ArgumentException);
        Assert.That(() => server.Io.EmitWithAckAsync<int>("a", new Unwritable()), Throws.InstanceOf<NotSupportedException>());
        Assert.That(client.All(), Is.Empty);
        AssertNothingPending(server, socket);
    }

    [TestCase("the client takes nothing", typeof(EventDroppedException))]
    [TestCase("the queue is full", typeof(EventDroppedException))]
    [TestCase("the socket has left", typeof(SocketDisconnectedException))]
    public async Task An_emit_that_is_dropped_fails_at_once(string why, Type expected)
    {
        using var server = new InMemoryServer(options =>
        {
            options.MaxQueuedBytes = 1_000;
            options.SlowConsumerPolicy = SlowConsumerPolicy.DropNewest;
        });
        server.Log.Expect("its client is slow");
        var (client, socket) = server.Connect();
        if (why == "the socket has left")
            client.Send("41");
        else
            client.Block();
        if (why == "the queue is full")
            await socket.EmitAsync("large", new string('x', 980));
        var ack = why == "the queue is full" ? socket.EmitWithAckAsync<int>("a") : socket.Volatile.EmitWithAckAsync<int>("a");
        Assert.That(await Assert.CatchAsync<IOException>(() => ack.WithDeadline()), Is.InstanceOf(expected).With.Message.Contains("'a'"));
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task A_socket_that_owes_as_many_as_it_may_is_asked_for_no_more_until_it_answers()
    {
        using var server = new InMemoryServer(options => options.MaxPendingAcks = 3);
        var (client, socket) = server.Connect();
        var acks = Enumerable.Range(0, 3).Select(i => socket.EmitWithAckAsync<int>("a", i)).ToArray();
        var sent = client.All();
        var exception = await Assert.ThrowsAsync<EventDroppedException>(async () => await socket.EmitWithAckAsync<int>("b"));
        Assert.That((exception!.EventName, exception.SocketId), Is.EqualTo(("b", socket.Id)));
        Assert.That(exception.Message, Does.Contain("MaxPendingAcks"));
        var all = await server.Io.EmitWithAckAsync<int>("c").WithDeadline();
        Assert.That(all.Missing, Is.EqualTo((string[])[socket.Id]));
        Assert.That(sent, Has.Length.EqualTo(3));
        Assert.That(client.All(), Is.Empty);

        client.Send("431[1]");
        var next = socket.EmitWithAckAsync<int>("d");
        client.Send(client.Next().Replace("42", "43", StringComparison.Ordinal).Replace("\"d\"", "4", StringComparison.Ordinal));
        Assert.That(await next.WithDeadline(), Is.EqualTo(4));
        Assert.That(await acks[1].WithDeadline(), Is.EqualTo(1));
        client.Send("430[0]");
        client.Send("432[2]");
        await Task.WhenAll(acks).WithDeadline();
        AssertNothingPending(server, socket);
    }

    [Test]
    public async Task Answers_in_any_order_reach_who_asked()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        client.IsDeaf = true;
        var random = new Random(1);
        var acks = Enumerable.Range(0, 5_000).Select(i => socket.EmitWithAckAsync<int>("a", i)).ToArray();
        foreach (var id in Enumerable.Range(0, acks.Length).OrderBy(_ => random.Next()))
            client.Send($"43{id}[{id}]");
        Assert.That(await Task.WhenAll(acks).WithDeadline(), Is.EqualTo(Enumerable.Range(0, acks.Length)));
        AssertNothingPending(server, socket);
    }

    private static void AssertNothingPending(InMemoryServer server, Socket socket)
    {
        Assert.That(server.Io.CountPendingAcks(), Is.Zero);
        Assert.That(server.Clock.ActiveTimers, Is.EqualTo(1), "the heartbeat's");
        socket.Disconnect(close: false);
    }

    private sealed class Unwritable
    {
        public static string Value => "";

        public string Text => throw new NotSupportedException(Value);
    }
}
