using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>Requests whose connection ends with their last byte, on the server's sockets and on the epoll transport.</summary>
public class HangUpTests
{
    private const int Rounds = 40;

    // not a reset on the server's own sockets, which throw away what nobody has read then, maybe the request
    private static readonly object[][] Ways =
    [
        [false, Ending.HalfClose], [false, Ending.Close], [true, Ending.HalfClose], [true, Ending.Close], [true, Ending.Reset],
    ];

    public enum Ending
    {
        HalfClose,
        Close,
        Reset,
    }

    [TestCaseSource(nameof(Ways))]
    public async Task A_whole_POST_is_handled_whatever_its_connection_does_then(bool epoll, Ending ending)
    {
        await PostAndHangUpAsync(epoll, ending, 10);
        await PostAndHangUpAsync(epoll, ending, 20_000);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task A_whole_POST_in_chunks_is_handled_whatever_its_connection_does_then(bool epoll, Ending ending) =>
        await PostAndHangUpAsync(epoll, ending, 10, inChunks: true);

    [TestCaseSource(nameof(Ways))]
    public async Task A_POST_that_is_not_whole_ends_its_session(bool epoll, Ending ending)
    {
        await using var host = await StartAsync(epoll);
        using var client = await RawPolling.OpenAsync(host.Address);
        await SendAndHangUpAsync(
            host, $"POST {client.Target("EIO=4&transport=polling")} HTTP/1.1", "Content-Length: 10\r\n\r\n4part", ending);
        await Deadlines.Eventually(() => host.App.Closed.Length == 1);
        Assert.That(host.App.Closed, Is.EqualTo(new[] { DisconnectReason.TransportError }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_POST_that_is_reset_in_the_middle_is_no_error_in_any_log(bool epoll)
    {
        await using var host = await StartAsync(epoll);
        for (var i = 0; i < Rounds; i++)
        {
            using var client = await RawPolling.OpenAsync(host.Address);
            using var tcp = await BeginPostAsync(host, client);
            tcp.LingerState = new LingerOption(true, 0);
            tcp.Close();
            await Deadlines.Eventually(() => host.App.Closed.Length == i + 1);
        }
        await host.StopAsync();
        Assert.That(host.Log.Entries.Where(entry => entry is { Level: >= LogLevel.Warning } or { Level: LogLevel.Information, Category: "SocketIo.Engine" }), Is.Empty);
        Assert.That(
            host.Log.Entries.Count(entry => entry.Message.EndsWith("closed: transport error (data request connection closed prematurely).", StringComparison.Ordinal)),
            Is.EqualTo(Rounds));
    }

    [Test]
    public async Task A_POST_whose_body_cannot_be_read_is_aborted_so_that_Kestrel_does_not_look_for_its_rest()
    {
        await using var host = await StartAsync(epoll: false, map: app => app.Use((context, next) =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
                context.Request.Body = new BrokenBody();
            return next(context);
        }));
        using var client = await RawPolling.OpenAsync(host.Address);
        Assert.That(async () => await client.PostBodyAsync("4text"u8.ToArray()), Throws.InstanceOf<HttpRequestException>());
        await host.HasNoSessions();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_POST_that_stops_in_the_middle_is_answered_with_408_and_logged_once(bool epoll)
    {
        await using var host = await StartAsync(
            epoll, builder => builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MinRequestBodyDataRate = new(1_000, TimeSpan.FromSeconds(1.1))));
        using var client = await RawPolling.OpenAsync(host.Address);
        using var tcp = await BeginPostAsync(host, client);
        using var reader = new StreamReader(tcp.GetStream());
        Assert.That(await reader.ReadLineAsync().WithDeadline(), Does.StartWith("HTTP/1.1 408 "));
        await Deadlines.Eventually(() => host.App.Closed.Length == 1);
        var line = host.Log.Entries.Single(entry => entry is { Category: "SocketIo.Engine", Level: > LogLevel.Debug });
        Assert.That((line.Level, line.Message), Is.EqualTo((
            LogLevel.Information, $"Session {client.Sid[..8]} is closed: transport error (the body of a POST did not arrive in time).")));
    }

    [Test]
    public async Task Two_polls_at_once_are_logged_once()
    {
        await using var host = await StartAsync(epoll: false);
        using var client = await RawPolling.OpenAsync(host.Address);
        var polls = new[] { client.GetAsync(), client.GetAsync() };
        await Task.WhenAll(polls).WithDeadline();
        var line = host.Log.Entries.Single(entry => entry is { Category: "SocketIo.Engine", Level: > LogLevel.Debug });
        Assert.That(line.Message, Is.EqualTo($"Session {client.Sid[..8]} is closed: transport error (overlapping polls)."));
    }

    [TestCaseSource(nameof(Ways))]
    public async Task A_poll_whose_connection_ends_with_the_request_ends_its_session(bool epoll, Ending ending)
    {
        await using var host = await StartAsync(epoll);
        for (var i = 0; i < Rounds; i++)
        {
            using var client = await RawPolling.OpenAsync(host.Address);
            await SendAndHangUpAsync(host, $"GET {client.Target("EIO=4&transport=polling")} HTTP/1.1", "\r\n", ending);
            await Deadlines.Eventually(() => host.App.Closed.Length == i + 1);
        }
        Assert.That(host.App.Closed, Has.All.EqualTo(DisconnectReason.TransportError));
    }

    private static async Task PostAndHangUpAsync(bool epoll, Ending ending, int size, bool inChunks = false)
    {
        await using var host = await StartAsync(epoll);
        for (var i = 0; i < Rounds; i++)
        {
            using var client = await RawPolling.OpenAsync(host.Address);
            var poll = client.PollAsync();
            var message = $"4{i} " + new string('x', size);
            var body = inChunks
                ? $"Transfer-Encoding: chunked\r\n\r\n1\r\n4\r\n{message.Length - 1:x}\r\n{message[1..]}\r\n0\r\n\r\n"
                : $"Content-Length: {message.Length}\r\n\r\n{message}";
            await SendAndHangUpAsync(host, $"POST {client.Target("EIO=4&transport=polling")} HTTP/1.1", body, ending);
            Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { message }), $"round {i}");
            Assert.That(host.Session(client.Sid).IsOpen, Is.True, "the end of one request's connection is not the session's");
            await client.PostAsync("1");
        }
    }

    private static Task<EngineHost> StartAsync(bool epoll, Action<WebApplicationBuilder>? build = null, Action<WebApplication>? map = null) => EngineHost.StartAsync(
        build: builder =>
        {
            if (epoll)
                builder.WebHost.UseEpoll();
            build?.Invoke(builder);
        },
        map: map);

    /// <summary>Sends the first part of a POST, which the server has taken up.</summary>
    private static async Task<TcpClient> BeginPostAsync(EngineHost host, RawPolling client)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(host.Address.Host, host.Address.Port).WithDeadline();
        var request = $"POST {client.Target("EIO=4&transport=polling")} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nContent-Length: 30\r\n\r\n4part";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        await Deadlines.Eventually(() => !host.Session(client.Sid).CurrentTransport.WhenReceived().IsCompleted);
        return tcp;
    }

    private static async Task SendAndHangUpAsync(EngineHost host, string request, string rest, Ending ending)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(host.Address.Host, host.Address.Port).WithDeadline();
        var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{request}\r\nHost: {host.Address.Authority}\r\n{rest}"));
        if (ending is Ending.Reset)
            tcp.LingerState = new LingerOption(true, 0);
        if (ending is not Ending.HalfClose)
            return;
        tcp.Client.Shutdown(SocketShutdown.Send);

        // until the server has closed its half, too
        try
        {
            await stream.CopyToAsync(Stream.Null).WithDeadline();
        }
        catch (IOException)
        {
            // by a reset, as Kestrel does
        }
    }
}
