using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>Middleware of ASP.NET Core before the engine: what the reference's <c>engine.use</c> is for.</summary>
public sealed class PipelineTests
{
    private const string WebSocketTarget = "/engine.io/?EIO=4&transport=websocket";

    [Test]
    public async Task Middleware_runs_in_order_and_its_headers_and_cookies_are_in_the_answers_of_both_transports()
    {
        await using var host = await EngineHost.StartAsync(map: app =>
        {
            app.Use((context, next) =>
            {
                context.Response.Headers["X-Order"] = "first";
                context.Response.Cookies.Append("visit", "7");
                return next(context);
            });
            app.Use((context, next) =>
            {
                context.Response.Headers["X-Order"] += " second";
                return next(context);
            });
        });
        using var client = RawPolling.Create(host.Address);
        using var answer = await client.GetAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(answer.Headers.GetValues("X-Order"), Is.EqualTo(new[] { "first second" }));
        Assert.That(answer.Headers.GetValues("Set-Cookie"), Is.EqualTo(new[] { "visit=7; path=/" }));
        using var socket = await RawWebSocket.OpenAsync(host.Address);
        Assert.That(socket.Response, Does.Contain("X-Order: first second\r\n").And.Contain("Set-Cookie: visit=7; path=/\r\n"));
    }

    [Test]
    public async Task Middleware_that_answers_itself_keeps_the_engine_out_of_it()
    {
        await using var host = await EngineHost.StartAsync(map: app => app.Use((HttpContext context, RequestDelegate _) =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }));
        using var client = RawPolling.Create(host.Address);
        using var answer = await client.GetAsync();
        using var socket = await RawWebSocket.ConnectAsync(host.Address, WebSocketTarget);
        Assert.That((int)answer.StatusCode, Is.EqualTo(503));
        Assert.That(socket.Status, Is.EqualTo(503));
        Assert.That(host.App.Sessions, Is.Empty);
    }

    [Test]
    public async Task Middleware_that_throws_costs_its_request_only()
    {
        var isBroken = true;
        await using var host = await EngineHost.StartAsync(
            map: app => app.Use((context, next) => isBroken ? throw new InvalidOperationException("middleware") : next(context)));
        host.Log.Expect("unhandled exception");
        using var client = RawPolling.Create(host.Address);
        using var answer = await client.GetAsync();
        using var refused = await RawWebSocket.ConnectAsync(host.Address, WebSocketTarget);
        Assert.That((int)answer.StatusCode, Is.EqualTo(500));
        Assert.That(refused.Status, Is.EqualTo(500));
        Assert.That(host.App.Sessions, Is.Empty);

        isBroken = false;
        using var socket = await RawWebSocket.OpenAsync(host.Address);
        await socket.SendAsync("4fine");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4fine"));
    }

    [Test]
    public async Task The_limit_of_a_body_holds_behind_middleware()
    {
        await using var host = await EngineHost.StartAsync(
            options => options.MaxHttpBufferSize = 5, map: app => app.Use((context, next) => next(context)));
        using var client = await RawPolling.OpenAsync(host.Address);
        using var over = await client.PostBodyAsync("4too much"u8.ToArray());
        Assert.That((int)over.StatusCode, Is.EqualTo(413));
        await client.PostAsync("4fits");
        Assert.That(await client.PollAsync(), Is.EqualTo(new[] { "4fits" }));
    }
}
