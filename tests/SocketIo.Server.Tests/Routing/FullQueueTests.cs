using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

/// <summary>A client reads nothing for a while, and messages to it are dropped: what it can't go on without is not.</summary>
public class FullQueueTests
{
    private InMemoryServer _server = null!;
    private InMemoryClient _client = null!;
    private Socket _socket = null!;

    [SetUp]
    public async Task SetUp()
    {
        _server = new InMemoryServer(options =>
        {
            options.MaxQueuedBytes = 2000;
            options.SlowConsumerPolicy = SlowConsumerPolicy.DropNewest;
        });
        _server.Log.Expect("are dropped, its client is slow");
        (_client, _socket) = _server.Connect();
        _client.Block();
        for (var i = 0; i < 30; i++)
            await _server.Io.EmitAsync("ev", new string('x', 90));
        Assert.That(_client.Session.QueuedBytes, Is.InRange(1900, 2000));
    }

    [TearDown]
    public void TearDown() => _server.Dispose();

    [Test]
    public void An_acknowledgement_gets_through()
    {
        _server.Io.On("ask", (Socket _) => Task.FromResult(new string('y', 200)));
        _client.EmitWithAck(7, "ask");
        Assert.That(Unblocked()[^1], Does.StartWith("437[\"yyy"));
    }

    [Test]
    public void The_answer_to_a_connect_and_its_refusal_get_through()
    {
        _server.Io.Of("/other");
        _server.Io.Of("/closed").Use(_ => ConnectResult.Refuse("no"));
        _client.Send(InMemoryClient.ConnectPacket("/other", $$"""{"token":"{{new string('z', 100)}}"}"""));
        _client.Send(InMemoryClient.ConnectPacket("/closed"));
        Assert.That(Unblocked()[^2..], Has.Exactly(1).StartsWith("40/other,").And.Exactly(1).StartsWith("44/closed,"));
    }

    [Test]
    public async Task A_disconnect_gets_through()
    {
        await _socket.DisconnectAsync();
        Assert.That(Unblocked()[^1], Is.EqualTo("41"));
    }

    private string[] Unblocked()
    {
        _client.Unblock();
        return _client.All();
    }
}
