using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class HttpVersionTests
{
    [Test]
    public async Task Polling_and_WebSocket_work_over_TLS([Values] bool directSocketWrites)
    {
        await using var host = await EngineHost.StartAsync(options => options.DirectSocketWrites = directSocketWrites, https: true);
        using var polling = await RawPolling.OpenAsync(host.Address);
        await polling.PostAsync("4hello");
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "4hello" }));
        using var socket = await RawWebSocket.ConnectAsync(host.Address, $"/engine.io/?EIO=4&transport=websocket&sid={polling.Sid}");
        await socket.SendAsync("2probe");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("3probe"));
        await socket.SendAsync("5");
        foreach (var size in new[] { 0, 1000, 500_000 })
        {
            var bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            await socket.SendAsync(bytes);
            Assert.That((await socket.ReadAsync()).Payload.AsSpan().SequenceEqual(bytes), Is.True);
        }
        host.Session(polling.Sid).Close();
        Assert.That((await socket.ReadAsync()).CloseCode, Is.EqualTo(1000));
        await socket.WriteRawAsync(RawWebSocket.CloseFrame(1000));
        Assert.That(await socket.TryReadAsync(), Is.Null);
    }

    [Test]
    public async Task A_WebSocket_works_over_HTTP_2([Values] bool https)
    {
        await using var host = await StartAsync(https);
        using var invoker = Invoker();
        using var socket = await ConnectAsync(host, invoker);
        var open = await ReadAsync(socket);
        Assert.That(Encoding.UTF8.GetString(open), Does.StartWith("0{\"sid\":"));
        foreach (var size in new[] { 1, 1000, 300_000 })
        {
            var bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            await socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None).WithDeadline();
            Assert.That((await ReadAsync(socket)).AsSpan().SequenceEqual(bytes), Is.True);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None).WithDeadline();
        Assert.That(socket.CloseStatus, Is.EqualTo(WebSocketCloseStatus.NormalClosure));
        await host.HasNoSessions();
        Assert.That(host.App.Closed.Single().ToString(), Is.EqualTo("transport close"));
    }

    [Test]
    public async Task One_WebSocket_of_an_HTTP_2_connection_may_be_dropped_without_the_others([Values] bool https)
    {
        await using var host = await StartAsync(https);
        using var invoker = Invoker();
        using var first = await ConnectAsync(host, invoker);
        await ReadAsync(first);
        var dropped = host.App.Sessions.Values.Single();
        using var second = await ConnectAsync(host, invoker);
        await ReadAsync(second);
        dropped.Terminate();
        await Deadlines.Eventually(() => host.SessionCount == 1);
        await second.SendAsync("4on"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None).WithDeadline();
        Assert.That(await ReadAsync(second), Is.EqualTo("4on"u8.ToArray()));
        Assert.That(async () => await ReadAsync(first), Throws.InstanceOf<WebSocketException>());
        await second.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithDeadline();
    }

    [Test]
    public async Task A_close_by_the_server_reaches_the_client_over_HTTP_2([Values] bool https)
    {
        await using var host = await StartAsync(https);
        using var invoker = Invoker();
        using var socket = await ConnectAsync(host, invoker);
        await ReadAsync(socket);
        var session = host.App.Sessions.Values.Single();
        session.Send("last");
        session.Close();
        Assert.That(await ReadAsync(socket), Is.EqualTo("4last"u8.ToArray()));
        var result = await socket.ReceiveAsync(new byte[10], CancellationToken.None).WithDeadline();
        Assert.That(result.CloseStatus, Is.EqualTo(WebSocketCloseStatus.NormalClosure));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithDeadline();
        await host.HasNoSessions();
    }

    [Test]
    public async Task Polling_works_over_HTTP_2([Values] bool https)
    {
        await using var host = await StartAsync(https);
        using var invoker = Invoker();
        async Task<string> SendAsync(HttpMethod method, string query, string? body = null)
        {
            using var request = new HttpRequestMessage(method, new Uri(host.Address, "/engine.io/?EIO=4&transport=polling" + query))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = body is null ? null : new StringContent(body),
            };
            using var response = await invoker.SendAsync(request, CancellationToken.None).WithDeadline();
            return await response.Content.ReadAsStringAsync();
        }

        await SendAsync(HttpMethod.Get, "");
        var sid = "&sid=" + host.App.Sessions.Keys.Single();
        var poll = SendAsync(HttpMethod.Get, sid);
        Assert.That(await SendAsync(HttpMethod.Post, sid, "4hello"), Is.EqualTo("ok"));
        Assert.That(await poll.WithDeadline(), Is.EqualTo("4hello"));
        await SendAsync(HttpMethod.Post, sid, "1");
        await host.HasNoSessions();
    }

    private static Task<EngineHost> StartAsync(bool https) => EngineHost.StartAsync(https: https, protocols: HttpProtocols.Http2);

    private static HttpMessageInvoker Invoker()
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        return new HttpMessageInvoker(handler);
    }

    private static async Task<ClientWebSocket> ConnectAsync(EngineHost host, HttpMessageInvoker invoker)
    {
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var address = new UriBuilder(new Uri(host.Address, "/engine.io/?EIO=4&transport=websocket"))
        {
            Scheme = host.Address.Scheme == "https" ? "wss" : "ws",
        };
        await socket.ConnectAsync(address.Uri, invoker, CancellationToken.None).WithDeadline();
        return socket;
    }

    private static async Task<byte[]> ReadAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16_384];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer, CancellationToken.None).WithDeadline();
            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
                return message.ToArray();
        }
    }
}
