using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>What the server knows of a client that has connected.</summary>
[TestFixture("polling")]
[TestFixture("websocket")]
public sealed class HandshakeTests(string transport)
{
    [Test]
    public async Task An_id_has_twenty_characters_and_is_not_the_connection_s()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var (client, socket) = await server.ConnectAsync("/", Options());
        var state = await client.GetStateAsync();
        Assert.Multiple(() =>
        {
            Assert.That(socket.Id, Has.Length.EqualTo(20));
            Assert.That(state.Id, Is.EqualTo(socket.Id));
            Assert.That(state.EngineId, Has.Length.EqualTo(20).And.Not.EqualTo(socket.Id));
        });
    }

    [TestCase(null)]
    [TestCase(3)]
    public async Task Auth_with_half_a_surrogate_pair_connects(int? client)
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Use(static socket =>
            socket.Handshake.Auth.GetString("token") == "x\ufffd" && socket.Handshake.Auth.TryGet("\ufffd", out _)
                ? ConnectResult.Accept
                : ConnectResult.Refuse("unauthorized")));
        await server.ConnectAsync("/", new { client, transports = new[] { transport }, auth = new NodeJson("""{"token":"x\ud83d","\ud83d":1}""") });
    }

    [Test]
    public async Task The_handshake_says_how_the_client_connected()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var before = DateTimeOffset.UtcNow;
        var (_, socket) = await server.ConnectAsync("/", new
        {
            transports = new[] { transport },
            query = new { page = "7", filter = "a b" },
            auth = new { token = "abc", nested = new { level = 2 } },
            extraHeaders = new { foo = "bar", origin = "https://elsewhere.example" },
        });
        var handshake = socket.Handshake;
        Assert.Multiple(() =>
        {
            Assert.That(handshake.Headers["foo"].ToString(), Is.EqualTo("bar"));
            Assert.That(handshake.Query["page"].ToString(), Is.EqualTo("7"));
            Assert.That(handshake.Query["filter"].ToString(), Is.EqualTo("a b"));
            Assert.That(handshake.Query["EIO"].ToString(), Is.EqualTo("4"));
            Assert.That(handshake.Query["transport"].ToString(), Is.EqualTo(transport));
            Assert.That(handshake.Auth.GetString("token"), Is.EqualTo("abc"));
            Assert.That(handshake.Auth.TryGet("nested", out var nested) ? nested.GetProperty("level").GetInt32() : 0, Is.EqualTo(2));
            Assert.That(handshake.Auth.GetString("missing"), Is.Null);
            Assert.That(handshake.Address, Is.EqualTo("127.0.0.1"));
            Assert.That(handshake.Secure, Is.False);
            Assert.That(handshake.CrossDomain);
            Assert.That(handshake.Url, Does.StartWith("/socket.io/?").And.Contains("page=7"));
            Assert.That(handshake.Issued, Is.InRange(before, DateTimeOffset.UtcNow));
        });
    }

    [Test]
    public async Task A_client_without_auth_has_an_empty_one()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var (_, socket) = await server.ConnectAsync("/", Options());
        Assert.That(socket.Handshake.Auth.ToString(), Is.EqualTo("{}"));
        Assert.That(socket.Handshake.Auth.GetString("token"), Is.Null);
        Assert.That(socket.Handshake.CrossDomain, Is.False);
    }

    [Test]
    public async Task Each_namespace_has_its_own_auth_and_the_connection_s_request()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Of("/chat"));
        var main = await server.ConnectAsync("/", new { transports = new[] { transport }, auth = new { name = "main" }, query = new { page = "7" } });
        var chat = await server.ConnectedAsync(await main.Client.OpenSocketAsync("/chat", new { auth = new { name = "chat" } }), "/chat");
        Assert.That(main.Socket.Handshake.Auth.GetString("name"), Is.EqualTo("main"));
        Assert.That(chat.Socket.Handshake.Auth.GetString("name"), Is.EqualTo("chat"));
        Assert.That(chat.Socket.Handshake.Query["page"].ToString(), Is.EqualTo("7"));
        Assert.That(chat.Socket.Handshake.Query.ContainsKey("name"), Is.False);
    }

    [Test]
    public async Task The_request_can_be_read_as_long_as_the_socket_is_connected()
    {
        var gone = new Signal<string?>();
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.OnDisconnect((socket, _) => gone.SetAsync(socket.HttpContext.Request.Path)),
            map: app => app.Use((context, next) =>
            {
                context.Items["tenant"] = "seven";
                return next(context);
            }));
        var (client, socket) = await server.ConnectAsync("/", Options());
        var context = socket.HttpContext;
        Assert.Multiple(() =>
        {
            Assert.That(context.Items["tenant"], Is.EqualTo("seven"));
            Assert.That(context.Request.Path.Value, Is.EqualTo("/socket.io/"));
            Assert.That(context.Request.Host.Port, Is.EqualTo(server.Address.Port));
            Assert.That(context.Connection.RemoteIpAddress?.ToString(), Is.EqualTo("127.0.0.1"));
            Assert.That(context.Connection.RemotePort, Is.Positive);
            Assert.That(context.GetEndpoint(), Is.Not.Null);
        });
        await client.DisconnectAsync();
        Assert.That(await gone.NextAsync(), Is.EqualTo("/socket.io/"));
    }

    [Test]
    public async Task The_transport_and_the_data_belong_to_the_socket()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Use(socket =>
        {
            socket.Data["user"] = 7;
            return ConnectResult.Accept;
        }));
        var first = await server.ConnectAsync("/", Options());
        var second = await server.ConnectAsync("/", Options());
        first.Socket.Data["only"] = true;
        Assert.Multiple(() =>
        {
            Assert.That(first.Socket.Transport, Is.EqualTo(transport == "polling" ? EngineTransports.Polling : EngineTransports.WebSocket));
            Assert.That(first.Socket.Data["user"], Is.EqualTo(7));
            Assert.That(second.Socket.Data.ContainsKey("only"), Is.False);
        });
    }

    private object Options() => new { transports = new[] { transport } };
}
