using System.Text.Json;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class HandshakeTests
{
    [Test]
    public async Task A_polling_handshake_names_the_session_the_upgrade_and_the_limits()
    {
        await using var host = await EngineHost.StartAsync();
        using var client = await RawPolling.OpenAsync(host.Address);
        AssertHandshake(client.Handshake, "[\"websocket\"]", 25000, 20000, 1_000_000);
        Assert.That(host.Session(client.Sid).Transport, Is.EqualTo(EngineTransports.Polling));
        await client.PostAsync("1");
    }

    [Test]
    public async Task A_WebSocket_handshake_names_no_upgrade()
    {
        await using var host = await EngineHost.StartAsync();
        using var client = await RawWebSocket.OpenAsync(host.Address);
        AssertHandshake(client.Handshake, "[]", 25000, 20000, 1_000_000);
        Assert.That(client.Response, Does.Contain("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "the accept key of the RFC's sample");
        Assert.That(host.Session(client.Sid).Transport, Is.EqualTo(EngineTransports.WebSocket));
    }

    [Test]
    public async Task The_handshake_tells_the_options()
    {
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.PingInterval = TimeSpan.FromMilliseconds(12345);
            options.PingTimeout = TimeSpan.FromMilliseconds(2345);
            options.MaxHttpBufferSize = 777;
            options.AllowUpgrades = false;
        });
        using var client = await RawPolling.OpenAsync(host.Address);
        AssertHandshake(client.Handshake, "[]", 12345, 2345, 777);
    }

    [Test]
    public async Task What_the_handler_sends_at_the_opening_comes_with_the_handshake()
    {
        await using var host = await EngineHost.StartAsync(app: new Echo
        {
            Opened = session =>
            {
                session.Send("welcome");
                session.Send([1, 2, 3]);
            },
        });
        using var polling = await RawPolling.OpenAsync(host.Address);
        Assert.That(polling.Early, Is.EqualTo(new[] { "4welcome", "bAQID" }));
        using var webSocket = await RawWebSocket.OpenAsync(host.Address);
        Assert.That((await webSocket.ReadAsync()).Text, Is.EqualTo("4welcome"));
        Assert.That((await webSocket.ReadAsync()).Payload, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public async Task The_handler_sees_the_request_that_opened_the_session([Values] bool webSocket)
    {
        await using var host = await EngineHost.StartAsync();
        const string Target = "/engine.io/?EIO=4&transport={0}&token=a%20b";
        using var polling = RawPolling.Create(host.Address);
        using var socket = webSocket
            ? await RawWebSocket.ConnectAsync(host.Address, string.Format(null, Target, "websocket"), "X-Test: yes\r\n")
            : null;
        if (!webSocket)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, string.Format(null, Target, "polling"));
            request.Headers.Add("X-Test", "yes");
            using var response = await polling.SendAsync(request);
        }
        await Deadlines.Eventually(() => !host.App.Sessions.IsEmpty);
        var context = host.App.Sessions.Values.Single().HttpContext;
        Assert.That(context.Request.Query["token"].ToString(), Is.EqualTo("a b"));
        Assert.That(context.Request.Headers["X-Test"].ToString(), Is.EqualTo("yes"));
        Assert.That(context.Connection.RemoteIpAddress, Is.EqualTo(System.Net.IPAddress.Loopback));
    }

    [Test]
    public async Task The_first_offered_subprotocol_is_answered()
    {
        await using var host = await EngineHost.StartAsync();
        using var client = await RawWebSocket.ConnectAsync(
            host.Address, "/engine.io/?EIO=4&transport=websocket", "Sec-WebSocket-Protocol: chat, superchat\r\n");
        Assert.That(client.Status, Is.EqualTo(101));
        Assert.That(client.Response, Does.Contain("Sec-WebSocket-Protocol: chat\r\n"));
        using var without = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/?EIO=4&transport=websocket");
        Assert.That(without.Response, Does.Not.Contain("Sec-WebSocket-Protocol"));
    }

    private static void AssertHandshake(JsonElement handshake, string upgrades, int pingInterval, int pingTimeout, int maxPayload)
    {
        Assert.That(
            handshake.EnumerateObject().Select(property => property.Name),
            Is.EqualTo(new[] { "sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload" }));
        Assert.That(handshake.GetProperty("sid").GetString(), Does.Match("^[A-Za-z0-9_-]{20}$"));
        Assert.That(handshake.GetProperty("upgrades").GetRawText(), Is.EqualTo(upgrades));
        Assert.That(handshake.GetProperty("pingInterval").GetInt32(), Is.EqualTo(pingInterval));
        Assert.That(handshake.GetProperty("pingTimeout").GetInt32(), Is.EqualTo(pingTimeout));
        Assert.That(handshake.GetProperty("maxPayload").GetInt32(), Is.EqualTo(maxPayload));
    }
}
