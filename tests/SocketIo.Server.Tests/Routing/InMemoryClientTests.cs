using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

public class InMemoryClientTests
{
    [Test]
    public async Task A_client_joins_sends_an_event_and_is_answered()
    {
        using var server = new InMemoryServer();
        server.Io.On("add", (Socket _, int a, int b) => a + b);
        var (client, socket) = server.Connect();

        client.EmitWithAck(7, "add", "1", "2");
        Assert.That(client.Next(), Is.EqualTo("437[3]"));

        await socket.EmitAsync("bytes", new byte[] { 1, 255 });
        Assert.That(client.All(), Is.EqualTo((string[])["""451-["bytes",{"_placeholder":true,"num":0}]""", "#01FF"]));
    }

    [Test]
    public async Task A_client_that_takes_nothing_gets_everything_later_in_order()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();

        client.Block();
        await socket.EmitAsync("a");
        await socket.EmitAsync("b");
        Assert.That(client.All(), Is.Empty);

        client.Unblock();
        Assert.That(client.All(), Is.EqualTo((string[])["""42["a"]""", """42["b"]"""]));
    }

    [Test]
    public void An_unexpected_warning_fails_the_test()
    {
        var server = new InMemoryServer();
        server.Io.On("boom", (Socket _) => throw new InvalidOperationException("boom"));
        server.Connect().Client.Emit("boom");
        Assert.That(server.Dispose, Throws.InvalidOperationException.With.Message.Contains("boom"));
    }
}
