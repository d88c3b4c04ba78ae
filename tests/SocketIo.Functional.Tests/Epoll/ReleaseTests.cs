using Microsoft.AspNetCore.Builder;
using SocketIo.Functional.Tests.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Epoll;

/// <summary>A WebSocket that has taken the connection from the server.</summary>
[Platform("Linux")]
public class ReleaseTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Test]
    public async Task The_request_ends_when_the_WebSocket_begins_unless_direct_writes_are_off([Values] bool direct)
    {
        var ended = new TaskCompletionSource();
        await using var host = await EpollServer.StartAsync(
            configure: options => options.DirectSocketWrites = direct,
            map: web => web.Use(async (_, next) =>
            {
                await next();
                ended.TrySetResult();
            }));
        using var client = await RawWebSocket.OpenAsync(host.Address);
        if (direct)
            await ended.Task.WithDeadline();
        await client.SendAsync("4on");
        Assert.That((await client.ReadAsync()).Text, Is.EqualTo("4on"));
        Assert.That(ended.Task.IsCompleted, Is.EqualTo(direct));
    }

    [Test]
    public async Task The_session_has_a_copy_of_the_request_and_nothing_of_its_flow_nor_of_another_clients()
    {
        var app = new Echo
        {
            Message = (session, text) =>
            {
                session.Send($"{session.HttpContext.Request.Headers["X-Name"]} {session.HttpContext.Items["key"]} {Ambient.Value ?? "none"}");
                Ambient.Value = text;
                return ValueTask.CompletedTask;
            },
        };
        await using var host = await EpollServer.StartAsync(app, map: web => web.Use(next => context =>
        {
            context.Items["key"] = "item";
            Ambient.Value = "of the request";
            return next(context);
        }));
        foreach (var name in new[] { "first", "second" })
        {
            using var client = await RawWebSocket.ConnectAsync(
                host.Address, "/engine.io/?EIO=4&transport=websocket", $"X-Name: {name}\r\n");
            await client.ReadAsync();
            await client.SendAsync("4of a handler");
            Assert.That((await client.ReadAsync()).Text, Is.EqualTo($"4{name} item none"));
        }
        Assert.That(app.Sessions.Values.Select(session => session.HttpContext.Connection.RemotePort), Has.All.Positive);
    }
}
