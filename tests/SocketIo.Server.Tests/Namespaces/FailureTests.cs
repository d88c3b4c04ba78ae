using SocketIo.Server.Tests.Routing;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Namespaces;

/// <summary>What an application throws ends where it was thrown.</summary>
public class FailureTests
{
    [TestCase("the connection breaks")]
    [TestCase("the server disconnects the client")]
    [TestCase("the namespace disconnects its sockets")]
    public async Task A_failure_at_the_end_of_one_socket_keeps_no_other_from_its_end(string end)
    {
        var parser = new FailingParser();
        using var server = new InMemoryServer(options => options.Parser = parser);
        server.Log.Expect("threw");
        server.Log.Expect("failed to");
        var reasons = new List<string>();
        foreach (var name in (string[])["/a", "/b", "/c"])
        {
            server.Io.Of(name).OnDisconnecting((_, _) => throw new InvalidOperationException());
            server.Io.Of(name).OnRoomLeft((_, _) => Fail());
            server.Io.Of(name).OnDisconnect((socket, _) => reasons.Add(socket.Namespace.Name));
        }
        var client = server.Open();
        var sockets = ((string[])["/a", "/b", "/c"]).Select(name => client.Join(name)).ToArray();
        foreach (var socket in sockets)
            socket.Disconnection.Register(static () => throw new InvalidOperationException());
        parser.FailsDisconnect = true;

        if (end == "the connection breaks")
            client.Lose();
        else if (end == "the server disconnects the client")
            await sockets[1].DisconnectAsync(close: true);
        else
            await Task.WhenAll(sockets.Select(socket => socket.Namespace.DisconnectSocketsAsync(close: true).AsTask()));

        Assert.That(reasons, Is.EquivalentTo((string[])["/a", "/b", "/c"]));
        Assert.That(client.IsClosed);
        Assert.That(sockets.Sum(socket => socket.Namespace.Sockets.Count), Is.Zero);
        Assert.That(sockets.Select(socket => socket.Disconnection.IsCancellationRequested), Is.All.True);
    }

    [Test]
    public void A_failing_registration_that_comes_late_is_not_thrown_at_who_asks_for_the_token()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        client.Lose();
        var token = socket.Disconnection;
        Assert.That(token.IsCancellationRequested);
        Assert.That(() => socket.Disconnection, Throws.Nothing);
    }

    [Test]
    public void A_socket_whose_answer_can_not_be_encoded_is_refused_and_leaves_nothing()
    {
        var parser = new FailingParser { FailsConnect = true };
        using var server = new InMemoryServer(options => options.Parser = parser);
        server.Log.Expect("the client is refused");
        var client = server.Open();
        client.Send("40");
        Assert.That(client.Next(), Is.EqualTo("""44{"message":"Internal server error"}"""));
        Assert.That(server.Io.Sockets, Is.Empty);
        parser.FailsConnect = false;
        client.Join();
    }

    [Test]
    public void The_listeners_behind_one_that_throws_are_called_all_the_same()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("threw");
        var heard = new List<string>();
        server.Io.OnRoomCreated(_ => Fail());
        server.Io.OnRoomCreated(room => heard.Add("created " + room));
        server.Io.OnRoomJoined((_, _) => Fail());
        server.Io.OnRoomJoined((room, _) => heard.Add("joined " + room));
        server.Io.OnError((_, _, _) => throw new InvalidOperationException());
        server.Io.OnError((_, _, name) => heard.Add("error " + name));
        server.Io.On("ev", (Socket _) => throw new InvalidOperationException());
        var (client, socket) = server.Connect();
        heard.Clear();
        socket.OnError(_ => throw new InvalidOperationException());
        socket.OnError(_ => heard.Add("error of the socket"));
        socket.JoinAsync("r").AsTask().Wait();
        client.Emit("ev");
        Assert.That(heard, Is.EqualTo((string[])["created r", "joined r", "error ev", "error of the socket"]));
    }

    private static void Fail() => throw new InvalidOperationException();
}
