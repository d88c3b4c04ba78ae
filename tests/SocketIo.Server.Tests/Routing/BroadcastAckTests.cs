using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

public class BroadcastAckTests
{
    [Test]
    public async Task All_acknowledgements_are_collected_in_the_order_of_their_arrival()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        var all = server.Io.EmitWithAckAsync<int>("a", "x");
        Assert.That(clients.Select(pair => pair.Client.Next()), Is.All.EqualTo("""420["a","x"]"""));

        clients[2].Client.Send("430[3]");
        clients[0].Client.Send("430[1]");
        Assert.That(all.IsCompleted, Is.False);
        clients[1].Client.Send("430[2]");

        var results = await all.WithDeadline();
        Assert.That(results.IsComplete);
        Assert.That(results.Values, Is.EqualTo((int[])[3, 1, 2]));
        Assert.That(results.Responses[0].SocketId, Is.EqualTo(clients[2].Socket.Id));
        AssertNothingPending(server);
    }

    [Test]
    public async Task Who_does_not_answer_in_time_is_missing()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        var all = server.Io.Timeout(TimeSpan.FromSeconds(2)).EmitWithAckAsync<int>("a");
        clients[1].Client.Send("430[1]");
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        var results = await all.WithDeadline();
        clients[0].Client.Send("430[1]");
        Assert.That(results.IsComplete, Is.False);
        Assert.That(results.Values, Is.EqualTo((int[])[1]));
        Assert.That(results.Missing, Is.EquivalentTo((string[])[clients[0].Socket.Id, clients[2].Socket.Id]));
        AssertNothingPending(server);
    }

    [Test]
    public async Task Who_disconnected_before_is_not_asked()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(2);
        clients[0].Client.Lose();
        var all = server.Io.EmitWithAckAsync<int>("a");
        clients[1].Client.Send("430[1]");
        var results = await all.WithDeadline();
        Assert.That(results.IsComplete);
        Assert.That(results.Values, Is.EqualTo((int[])[1]));
        AssertNothingPending(server);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task Who_disconnects_during_the_send_is_missing(int position)
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        var leaver = clients[position];

        // an outgoing listener runs between the frames of two receivers
        clients[1].Socket.OnAnyOutgoing(_ => leaver.Client.Lose());
        var all = server.Io.EmitWithAckAsync<int>("a");
        foreach (var (client, _) in clients)
        {
            if (client != leaver.Client)
                client.Send("430[1]");
        }

        var results = await all.WithDeadline();
        Assert.That(results.Values, Is.EqualTo((int[])[1, 1]));
        Assert.That(results.Missing, Is.SubsetOf((string[])[leaver.Socket.Id]));
        AssertNothingPending(server);
    }

    [Test]
    public async Task Who_disconnects_while_its_frame_is_written_is_missing()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        clients[1].Client.Writing = _ => clients[1].Client.Lose();
        clients[0].Client.Writing = _ => clients[0].Client.Send("430[1]");
        clients[2].Client.Writing = _ => clients[2].Client.Send("430[2]");
        var results = await server.Io.EmitWithAckAsync<int>("a").WithDeadline();
        Assert.That(results.Values, Is.EquivalentTo((int[])[1, 2]));
        Assert.That(results.Missing, Is.EqualTo((string[])[clients[1].Socket.Id]));
        AssertNothingPending(server);
    }

    [Test]
    public async Task Who_disconnects_after_the_send_is_missing()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(2);
        var all = server.Io.EmitWithAckAsync<int>("a");
        clients[0].Client.Send("430[1]");
        clients[1].Client.Send("41");
        var results = await all.WithDeadline();
        Assert.That(results.Missing, Is.EqualTo((string[])[clients[1].Socket.Id]));
        AssertNothingPending(server);
    }

    [Test]
    public async Task Who_is_about_to_disconnect_is_missing()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource();
        server.Io.OnDisconnecting((_, _) => gate.Task);
        var (client, socket) = server.Connect();
        client.Send("41");
        var results = await server.Io.EmitWithAckAsync<int>("a").WithDeadline();
        Assert.That(results.Missing, Is.EqualTo((string[])[socket.Id]));
        await Assert.ThrowsAsync<SocketDisconnectedException>(() => socket.EmitWithAckAsync<int>("a").WithDeadline());
        gate.SetResult();
        AssertNothingPending(server);
    }

    [Test]
    public async Task An_acknowledgement_of_another_type_is_reported_and_missing()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("acknowledged the event a with something else");
        var reported = new List<string>();
        server.Io.OnError((_, _, name) => reported.Add(name));
        var clients = server.Connect(2);
        var all = server.Io.EmitWithAckAsync<int>("a");
        clients[0].Client.Send("430[\"text\"]");
        clients[0].Client.Send("430[1]");
        clients[1].Client.Send("430[1]");
        var results = await all.WithDeadline();
        Assert.That(results.Missing, Is.EqualTo((string[])[clients[0].Socket.Id]));
        Assert.That(reported, Is.EqualTo((string[])["a"]));
        AssertNothingPending(server);
    }

    [Test]
    public async Task Who_can_not_be_sent_a_volatile_event_is_missing_and_holds_nobody_up()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        clients[1].Client.Block();
        var all = server.Io.Volatile.EmitWithAckAsync<int>("a");
        clients[0].Client.Send("430[1]");
        clients[2].Client.Send("430[2]");
        var results = await all.WithDeadline();
        Assert.That(results.Missing, Is.EqualTo((string[])[clients[1].Socket.Id]));
        Assert.That(results.Values, Is.EqualTo((int[])[1, 2]));
        AssertNothingPending(server);
    }

    [Test]
    public async Task A_socket_that_goes_is_told_to_the_broadcasts_that_wait_for_it_and_to_no_others()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var (leaver, other) = server.Connect();
        await socket.JoinAsync("r");
        await other.JoinAsync("s");
        var pending = Enumerable.Range(0, 1_000).Select(_ => server.Io.To("r").EmitWithAckAsync<int>("a")).ToArray();
        var asked = server.Io.To("s").EmitWithAckAsync<int>("b");
        Assert.That((socket.Acks.Count, other.Acks.Count), Is.EqualTo((1_000, 1)), "what its end has to look at");
        leaver.Lose();
        Assert.That((await asked.WithDeadline()).Missing, Is.EqualTo((string[])[other.Id]));
        client.Lose();
        Assert.That((await Task.WhenAll(pending).WithDeadline()).Select(results => results.Missing.Single()), Is.All.EqualTo(socket.Id));
        AssertNothingPending(server);
    }

    [Test]
    public async Task Only_the_asked_are_heard_and_each_once()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        await clients[0].Socket.JoinAsync("r");
        await clients[1].Socket.JoinAsync("r");
        var all = server.Io.To("r").EmitWithAckAsync<int>("a");
        clients[2].Client.Send("430[9]");
        clients[0].Client.Send("430[1]");
        clients[0].Client.Send("430[2]");
        Assert.That(all.IsCompleted, Is.False);
        clients[1].Client.Send("430[3]");
        Assert.That((await all.WithDeadline()).Values, Is.EqualTo((int[])[1, 3]));
        Assert.That(clients[2].Client.All(), Is.Empty);
        AssertNothingPending(server);
    }

    [Test]
    public async Task Nobody_to_ask_completes_at_once()
    {
        using var server = new InMemoryServer();
        var all = server.Io.To("nobody").EmitWithAckAsync<int>("a");
        var results = await all.WithDeadline();
        Assert.That(results.IsComplete);
        Assert.That(results.Responses, Is.Empty);
        AssertNothingPending(server);
    }

    [Test]
    public async Task The_collection_can_be_cancelled()
    {
        using var server = new InMemoryServer();
        using var cancellation = new CancellationTokenSource();
        server.Connect();
        var all = server.Io.WithCancellation(cancellation.Token).EmitWithAckAsync<int>("a");
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => all.WithDeadline());
        AssertNothingPending(server);
    }

    [Test]
    public async Task Answers_of_many_threads_are_all_collected()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(200);
        var all = server.Io.EmitWithAckAsync<int>("a");
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            if (i % 5 == 0)
                clients[i].Client.Session.Drop(DisconnectReason.TransportClose);
            else
                clients[i].Client.Send($"430[{i}]");
        });
        var results = await all.WithDeadline();
        Assert.That(results.Values.Order(), Is.EqualTo(Enumerable.Range(0, 200).Where(i => i % 5 != 0)));
        Assert.That(results.Missing, Has.Count.EqualTo(40));
        AssertNothingPending(server);
    }

    private static void AssertNothingPending(InMemoryServer server)
    {
        Assert.That(server.Io.CountPendingAcks(), Is.Zero);
        Assert.That(server.Clock.ActiveTimers, Is.EqualTo(1), "the heartbeat's");
    }
}
