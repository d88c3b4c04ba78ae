using System.Runtime.CompilerServices;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Namespaces;

public class DisconnectTests
{
    [TestCase("the server closes")]
    [TestCase("the client closes")]
    public async Task A_session_that_closes_already_when_the_host_stops_ends_as_soon_as_one_that_is_open(string way)
    {
        using var server = new InMemoryServer();
        var (closing, socket) = server.Connect();
        var (open, _) = server.Connect();
        if (way == "the server closes")
            await socket.DisconnectAsync(close: true);
        else
            closing.Send("1");
        server.Engine.StopAndSettle();
        server.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.That(new[] { closing.Session.State, open.Session.State }, Is.All.EqualTo(SessionState.Closing));
        server.Clock.Advance(TimeSpan.FromSeconds(3));
        await Deadlines.Eventually(() => closing.Session.State is SessionState.Closed && open.Session.State is SessionState.Closed);
    }

    [Test]
    public async Task The_rooms_are_left_when_the_disconnecting_handlers_have_ended()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource();
        var told = new List<string>();
        server.Io.OnDisconnecting(async (socket, _) =>
        {
            told.Add("disconnecting " + string.Join(' ', socket.Rooms.Skip(1)) + " " + socket.IsConnected);
            await gate.Task;
            told.Add("ended " + string.Join(' ', socket.Rooms.Skip(1)));
        });
        server.Io.OnDisconnect((socket, _) =>
        {
            told.Add($"disconnect {socket.Rooms.Count} {socket.IsConnected}");
            return Task.CompletedTask;
        });
        var (client, socket) = server.Connect();
        await socket.JoinAsync("a", "b");
        socket.OnDisconnecting(_ =>
        {
            told.Add("own");
            return Task.CompletedTask;
        });

        client.Lose();
        Assert.That(told, Is.EqualTo((string[])["disconnecting a b True"]));
        Assert.That(server.Io.Rooms.Keys, Is.EquivalentTo((string[])["a", "b"]));
        gate.SetResult();

        Assert.That(told, Is.EqualTo((string[])["disconnecting a b True", "ended a b", "own", "disconnect 0 False"]));
        Assert.That(server.Io.Rooms, Is.Empty);
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    [Test]
    public async Task The_first_closer_names_the_reason_and_the_handlers_are_told_once()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource();
        var told = new List<string>();
        server.Io.OnDisconnecting((_, reason) =>
        {
            told.Add("disconnecting " + reason);
            return gate.Task;
        });
        server.Io.OnDisconnect((_, reason) =>
        {
            told.Add("disconnect " + reason);
            return Task.CompletedTask;
        });
        var (client, socket) = server.Connect();
        await socket.DisconnectAsync();
        await socket.DisconnectAsync();
        client.Send("41");
        await socket.DisconnectAsync(close: true);
        client.Lose();
        gate.SetResult();
        await socket.DisconnectAsync();

        Assert.That(told, Is.EqualTo((string[])["disconnecting server namespace disconnect", "disconnect server namespace disconnect"]));
        Assert.That(client.All(), Is.EqualTo((string[])["41", "close 1000 forced close"]));
    }

    [Test]
    public void Of_many_threads_that_close_one_tells_the_handlers()
    {
        using var server = new InMemoryServer();
        var told = 0;
        server.Io.OnDisconnect((_, _) =>
        {
            Interlocked.Increment(ref told);
            return Task.CompletedTask;
        });
        for (var round = 1; round <= 300; round++)
        {
            var (client, socket) = server.Connect();
            Parallel.Invoke(
                client.Lose,
                () => client.Send("41"),
                () => socket.DisconnectAsync().AsTask().Wait(),
                () => socket.DisconnectAsync(close: true).AsTask().Wait());
            Assert.That(told, Is.EqualTo(round));
        }
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    [Test]
    public async Task Closing_the_connection_disconnects_all_its_sockets()
    {
        using var server = new InMemoryServer();
        var reasons = new List<string>();
        server.Io.Of("/b").OnDisconnect(Tell);
        server.Io.OnDisconnect(Tell);
        var client = server.Open();
        client.Join("/b");
        await client.Join().DisconnectAsync(close: true);
        Assert.That(reasons, Is.EqualTo((string[])["/b server namespace disconnect", "/ server namespace disconnect"]));
        Assert.That(client.All(), Is.EqualTo((string[])["41/b,", "41", "close 1000 forced close"]));

        Task Tell(Socket socket, DisconnectReason reason)
        {
            reasons.Add($"{socket.Namespace.Name} {reason}");
            return Task.CompletedTask;
        }
    }

    [Test]
    public async Task The_token_is_cancelled_before_the_disconnect_handlers_run()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var token = socket.Disconnection;
        var atDisconnecting = true;
        var atDisconnect = false;
        socket.OnDisconnecting(_ => Task.FromResult(atDisconnecting = token.IsCancellationRequested));
        socket.OnDisconnect(_ => Task.FromResult(atDisconnect = token.IsCancellationRequested));
        client.Lose();
        Assert.That((atDisconnecting, atDisconnect), Is.EqualTo((false, true)));

        var (other, late) = server.Connect();
        other.Lose();
        Assert.That(late.Disconnection.IsCancellationRequested, "asked for only after the disconnect");
        await Task.CompletedTask;
    }

    [Test]
    public void Exceptions_around_the_disconnect_are_reported_and_keep_nobody_connected()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("threw");
        var told = new List<string>();
        server.Io.Of("/b");
        server.Io.OnDisconnecting((_, _) => throw new InvalidOperationException("1"));
        server.Io.OnDisconnect((_, _) => throw new InvalidOperationException("2"));
        server.Io.OnError((_, exception, name) => told.Add($"{name} {(exception.InnerException ?? exception).Message}"));
        server.Io.OnRoomLeft((Action<string, string>)((_, _) => throw new InvalidOperationException("room event")));
        var client = server.Open();
        var socket = client.Join();
        var other = client.Join("/b");
        socket.OnDisconnect(_ =>
        {
            told.Add("own");
            return Task.CompletedTask;
        });
        socket.Disconnection.Register(() => throw new InvalidOperationException("token"));

        client.Lose();

        Assert.That(told, Is.EqualTo((string[])["disconnecting 1", "disconnect token", "disconnect 2", "own"]));
        Assert.That(other.IsConnected || socket.IsConnected, Is.False);
        Assert.That(server.Io.Of("/b").Sockets, Is.Empty);
    }

    [TestCase("41", "client namespace disconnect")]
    [TestCase("1", "transport close")]
    [TestCase("4x", "parse error")]
    [TestCase("42/never,[\"a\"]", "forced server close")]
    [TestCase("2", "transport error")]
    public void The_reason_says_what_happened(string packet, string expected)
    {
        using var server = new InMemoryServer();
        var told = "";
        var (client, socket) = server.Connect();
        socket.OnDisconnect(reason => Task.FromResult(told = reason.ToString()));
        client.Send(packet);
        Assert.That(told, Is.EqualTo(expected));
    }

    [Test]
    public async Task Nothing_is_left_of_many_connections()
    {
        using var server = new InMemoryServer(options => options.CleanupEmptyChildNamespaces = true);
        server.Io.OfPattern("/x-{id}");
        server.Io.On("ev", (Socket socket) => socket.JoinAsync("r" + socket.Id[..2]).AsTask());
        var acks = new List<Task>();
        for (var i = 0; i < 3_000; i++)
        {
            var client = server.Open();
            var socket = client.Join();
            var child = client.Join($"/x-{i % 7}");
            client.Emit("ev");
            acks.Add(socket.EmitWithAckAsync<int>("a"));
            acks.Add(child.Timeout(TimeSpan.FromMinutes(1)).EmitWithAckAsync<int>("a"));
            switch (i % 4)
            {
                case 0:
                    client.Lose();
                    break;
                case 1:
                    await socket.DisconnectAsync(close: true);
                    client.Lose();
                    break;
                case 2:
                    client.Send("41");
                    client.Send($"41/x-{i % 7},");
                    client.Send("1");
                    client.Lose();
                    break;
                default:
                    client.Send("4nonsense");
                    client.Lose();
                    break;
            }
        }
        await Task.WhenAll(acks).ContinueWith(_ => { }, TaskScheduler.Default).WithDeadline();

        Assert.That(acks.Select(ack => ack.Exception?.InnerException), Is.All.TypeOf<SocketDisconnectedException>());
        Assert.That(server.Io.Sockets, Is.Empty);
        Assert.That(server.Io.Rooms, Is.Empty);
        Assert.That(server.Io.CountPendingAcks(), Is.Zero);
        Assert.That(server.Io.AllNamespaces.Count(), Is.EqualTo(1));
        Assert.That(server.Engine.Sessions.Count, Is.Zero);
        Assert.That(server.Clock.ActiveTimers, Is.EqualTo(1), "the heartbeat's");
    }

    [Test]
    public async Task Sockets_that_have_gone_are_collected()
    {
        using var server = new InMemoryServer();
        var (keeper, _) = server.Connect();
        var gone = ConnectAndLeave(server);
        keeper.Emit("ev");

        // work that was posted for them may still hold them for a moment
        await Deadlines.Eventually(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !gone.Any(weak => weak.IsAlive);
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] ConnectAndLeave(InMemoryServer server)
    {
        var references = new List<WeakReference>();
        foreach (var (client, socket) in server.Connect(100))
        {
            socket.JoinAsync("r").AsTask().Wait();
            socket.Data["x"] = new object();
            _ = socket.EmitWithAckAsync<int>("a").ContinueWith(static ack => ack.Exception, TaskScheduler.Default);
            server.Io.EmitAsync("hello").AsTask().Wait();
            client.Lose();
            references.Add(new WeakReference(socket));
            references.Add(new WeakReference(client.Session));
            references.Add(new WeakReference(socket.Client));
        }
        return [.. references];
    }
}
