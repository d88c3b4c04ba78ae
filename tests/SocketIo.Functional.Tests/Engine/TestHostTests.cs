using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>
/// An application under the server of Microsoft.AspNetCore.TestHost, which WebApplicationFactory starts, too: without a network, and
/// with WebSockets that have no bytes below them.
/// </summary>
public class TestHostTests
{
    private Echo _echo = null!;
    private LogSink _log = null!;
    private WebApplication _app = null!;

    [SetUp]
    public async Task SetUp()
    {
        _echo = new Echo();
        _log = new LogSink();
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddProvider(_log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSocketIo(options => options.PerMessageDeflate = new PerMessageDeflateOptions());
        _app = builder.Build();
        _app.Services.GetRequiredService<SocketIoServer>().On("sum", (Socket _, int a, int b) => Task.FromResult(a + b));
        _app.MapSocketIo();
        _app.MapEngineIo("/engine.io", _echo, options => options.MaxHttpBufferSize = 200_000);
        await _app.StartAsync().WithDeadline();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _app.StopAsync().WithDeadline();
        await _app.DisposeAsync();
        _log.AssertNothingUnexpected();
        _log.Dispose();
    }

    [Test]
    public async Task A_WebSocket_joins_the_namespace_and_gets_its_acknowledgement()
    {
        using var socket = await ConnectAsync("/socket.io/?EIO=4&transport=websocket");
        Assert.That(await ReceiveAsync(socket), Does.StartWith("0{\"sid\":"));
        await SendAsync(socket, "40");
        Assert.That(await ReceiveAsync(socket), Does.StartWith("40{\"sid\":"));
        await SendAsync(socket, "427[\"sum\",1,2]");
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("437[3]"));
    }

    [TestCase(0)]
    [TestCase(125)]
    [TestCase(126)]
    [TestCase(5_000)]
    [TestCase(150_000)]
    public async Task Messages_of_all_sizes_travel_both_ways_whole_and_in_order(int size)
    {
        using var socket = await ConnectAsync();
        await ReceiveAsync(socket);
        var text = "4" + new string('x', size);
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        for (var i = 0; i < 3; i++)
        {
            await SendAsync(socket, text);
            await socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None).WithDeadline();
        }
        for (var i = 0; i < 3; i++)
        {
            Assert.That(await ReceiveAsync(socket), Is.EqualTo(text));
            Assert.That(await ReceiveBytesAsync(socket), Is.EqualTo(bytes));
        }
    }

    [Test]
    public async Task Messages_in_fragments_arrive_whole_and_many_leave_whole()
    {
        using var socket = await ConnectAsync();
        await ReceiveAsync(socket);
        foreach (var (part, isLast) in new[] { ("4a", false), ("b", false), ("c", true) })
            await socket.SendAsync(Encoding.ASCII.GetBytes(part), WebSocketMessageType.Text, isLast, CancellationToken.None).WithDeadline();
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("4abc"));

        // more than one gathered write takes
        var session = _echo.Sessions.Values.Single();
        var sent = Enumerable.Range(0, 200).Select(i => $"{i} {new string('y', i * 7)}").ToArray();
        foreach (var message in sent)
            session.Send(message);
        foreach (var message in sent)
            Assert.That(await ReceiveAsync(socket), Is.EqualTo("4" + message));
    }

    [Test]
    public async Task A_close_of_either_side_reaches_the_other_with_its_code([Values] bool byServer)
    {
        using var socket = await ConnectAsync();
        await ReceiveAsync(socket);
        var session = _echo.Sessions.Values.Single();
        if (byServer)
        {
            session.Close();
            Assert.That(await ReceiveAsync(socket), Is.Null);
            Assert.That((socket.CloseStatus, socket.CloseStatusDescription), Is.EqualTo((WebSocketCloseStatus.NormalClosure, "forced close")));
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithDeadline();
        }
        else
        {
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None).WithDeadline();
        }
        await Deadlines.Eventually(() => _echo.Closed.Length == 1);
        Assert.That(_echo.Closed, Is.EqualTo(new[] { byServer ? DisconnectReason.ForcedClose : DisconnectReason.TransportClose }));
    }

    [Test]
    public async Task What_breaks_off_or_breaks_the_protocol_ends_the_session([Values] bool breaksOff)
    {
        using var socket = await ConnectAsync();
        await ReceiveAsync(socket);
        if (breaksOff)
        {
            socket.Abort();
        }
        else
        {
            await SendAsync(socket, "x");
            Assert.That(await ReceiveAsync(socket), Is.Null);
            Assert.That(socket.CloseStatus, Is.EqualTo(WebSocketCloseStatus.ProtocolError));
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithDeadline();
        }
        await Deadlines.Eventually(() => _echo.Closed.Length == 1);
        Assert.That(_echo.Closed[0], Is.EqualTo(breaksOff ? DisconnectReason.TransportClose : DisconnectReason.ParseError));
    }

    [Test]
    public async Task Polling_works_and_is_upgraded_to_a_WebSocket()
    {
        using var http = _app.GetTestServer().CreateClient();
        var open = await http.GetStringAsync(Target("polling")).WithDeadline();
        var sid = open.Split('"')[3];
        using var post = await http.PostAsync(Target("polling", sid), new StringContent("4polled")).WithDeadline();
        Assert.That(await post.Content.ReadAsStringAsync(), Is.EqualTo("ok"));
        Assert.That(await http.GetStringAsync(Target("polling", sid)).WithDeadline(), Is.EqualTo("4polled"));

        var poll = http.GetStringAsync(Target("polling", sid));
        using var socket = await ConnectAsync("/engine.io/?EIO=4&transport=websocket&sid=" + sid);
        await SendAsync(socket, "2probe");
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("3probe"));
        Assert.That(await poll.WithDeadline(), Is.EqualTo("6"));
        await SendAsync(socket, "5");
        await SendAsync(socket, "4upgraded");
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("4upgraded"));
    }

    [Test]
    public async Task A_poll_that_the_client_gives_up_ends_the_session()
    {
        using var http = _app.GetTestServer().CreateClient();
        var sid = (await http.GetStringAsync(Target("polling")).WithDeadline()).Split('"')[3];
        using var cancellation = new CancellationTokenSource();
        var poll = http.GetAsync(Target("polling", sid), cancellation.Token);
        await Deadlines.Eventually(() => _echo.Sessions[sid].CurrentTransport.IsWritable);
        await cancellation.CancelAsync();
        Assert.That(async () => await poll, Throws.InstanceOf<OperationCanceledException>());
        await Deadlines.Eventually(() => _echo.Closed.Length == 1);
        Assert.That(_echo.Closed, Is.EqualTo(new[] { DisconnectReason.TransportError }));
    }

    [Test]
    public async Task A_WebSocket_without_a_session_it_names_is_refused()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ConnectAsync("/engine.io/?EIO=4&transport=websocket&sid=nobody"));
        Assert.That(refused!.Message, Does.Contain("400"));
        using var http = _app.GetTestServer().CreateClient();
        using var response = await http.GetAsync(Target("websocket")).WithDeadline();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        _log.Expect("a proxy in front of the server");
    }

    private static Uri Target(string transport, string? sid = null) =>
        new($"/engine.io/?EIO=4&transport={transport}{(sid is null ? "" : "&sid=" + sid)}", UriKind.Relative);

    private Task<WebSocket> ConnectAsync(string target = "/engine.io/?EIO=4&transport=websocket") =>
        _app.GetTestServer().CreateWebSocketClient().ConnectAsync(new Uri(_app.GetTestServer().BaseAddress, target), CancellationToken.None).WithDeadline();

    private static Task SendAsync(WebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).WithDeadline();

    /// <summary>The next text; null for a close.</summary>
    private static async Task<string?> ReceiveAsync(WebSocket socket)
    {
        var bytes = await ReceiveBytesAsync(socket);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }

    private static async Task<byte[]?> ReceiveBytesAsync(WebSocket socket)
    {
        var message = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer, CancellationToken.None).WithDeadline();
            if (result.MessageType is WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
                return message.ToArray();
        }
    }
}
