using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>The <c>RequestServices</c> of a socket's <c>HttpContext</c>, on each way to the server.</summary>
public class ServicesTests
{
    public enum Way
    {
        WebSocket,
        Polling,
        Upgrade,
    }

    [Test]
    public async Task Sockets_of_one_connection_share_a_scope_from_the_middleware_to_the_end_of_the_disconnect([Values] Way way, [Values] bool epoll)
    {
        var seen = new ConcurrentQueue<Tracked>();
        var disconnect = new TaskCompletionSource();
        var disconnected = new TaskCompletionSource<Socket>();
        Tracked? ofRequest = null;
        var ofRequestAfterwards = new TaskCompletionSource<bool>();
        await using var server = await TestServer.StartSocketIoAsync(
            io =>
            {
                io.Use(socket =>
                {
                    seen.Enqueue(Of(socket));
                    return ValueTask.FromResult(ConnectResult.Accept);
                });
                io.OnConnection(async socket =>
                {
                    await Task.Yield();
                    seen.Enqueue(Of(socket));
                });
                io.On("ask", (Socket socket) =>
                {
                    seen.Enqueue(Of(socket));
                    return Task.FromResult("seen");
                });
                io.Of("/other").On("ask", (Socket socket) =>
                {
                    seen.Enqueue(Of(socket));
                    return Task.FromResult("seen");
                });
                io.OnDisconnect(async (socket, _) =>
                {
                    await disconnect.Task;
                    seen.Enqueue(Of(socket));
                    disconnected.SetResult(socket);
                });
            },
            build: builder =>
            {
                builder.Services.AddScoped<Tracked>();
                if (epoll)
                    builder.WebHost.UseEpoll();
            },
            map: app => app.Use(async (context, next) =>
            {
                // the request that opens the connection
                var mine = context.Request.Query.ContainsKey("sid") ? null : Of(context);
                ofRequest ??= mine;
                await next(context);
                if (mine is not null)
                    ofRequestAfterwards.TrySetResult(ReferenceEquals(Of(context), mine) && !mine.IsDisposed);
            }));
        string[] transports = way switch { Way.WebSocket => ["websocket"], Way.Polling => ["polling"], _ => ["polling", "websocket"] };
        var client = await server.OpenAsync("/", new { transports });
        await client.ConnectedAsync();
        Assert.That((await client.EmitWithAckAsync("ask"))[0].GetString(), Is.EqualTo("seen"));
        var other = await client.OpenSocketAsync("/other");
        await other.ConnectedAsync();
        Assert.That((await other.EmitWithAckAsync("ask"))[0].GetString(), Is.EqualTo("seen"));
        if (way is Way.Upgrade)
            await Deadlines.Eventually(() => server.Io.Sockets.Values.Single().Transport is EngineTransports.WebSocket);

        Assert.That(seen.Distinct().ToArray(), Has.Length.EqualTo(1));
        var services = seen.First();
        Assert.That(services, Is.Not.SameAs(ofRequest), "a request's services end with the request");
        Assert.That(services.IsDisposed, Is.False);
        await client.DisconnectAsync();
        await other.DisconnectAsync();
        disconnect.SetResult();
        var socket = await disconnected.Task.WithDeadline();
        Assert.That(seen.Distinct().ToArray(), Is.EqualTo(new[] { services }), "the handler of the disconnect has them, too");
        await Deadlines.Eventually(() => services.IsDisposed);
        Assert.That(() => socket.HttpContext.RequestServices, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(await ofRequestAfterwards.Task.WithDeadline(), Is.True, "middleware behind next has its request's own");
    }

    [Test]
    public async Task A_handler_that_runs_on_behind_the_disconnect_has_them_until_its_end([Values] bool epoll)
    {
        var running = new TaskCompletionSource<Tracked>();
        var disconnected = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var ended = new TaskCompletionSource<Tracked>();
        await using var server = await TestServer.StartSocketIoAsync(
            io =>
            {
                io.On("work", async (Socket socket) =>
                {
                    running.SetResult(Of(socket));
                    await release.Task;
                    ended.SetResult(Of(socket));
                });
                io.OnDisconnect((_, _) => disconnected.SetResult());
            },
            build: builder =>
            {
                builder.Services.AddScoped<Tracked>();
                if (epoll)
                    builder.WebHost.UseEpoll();
            });
        var (client, _) = await server.ConnectAsync();
        await client.EmitAsync("work");
        var services = await running.Task.WithDeadline();
        await client.DisconnectAsync();
        await disconnected.Task.WithDeadline();
        release.SetResult();
        Assert.That(await ended.Task.WithDeadline(), Is.SameAs(services));
        await Deadlines.Eventually(() => services.IsDisposed);
    }

    private static Tracked Of(Socket socket) => Of(socket.HttpContext);

    private static Tracked Of(HttpContext context) => context.RequestServices.GetRequiredService<Tracked>();

    private sealed class Tracked : IAsyncDisposable
    {
        private bool _isDisposed;

        public bool IsDisposed => Volatile.Read(ref _isDisposed);

        public ValueTask DisposeAsync()
        {
            Volatile.Write(ref _isDisposed, true);
            return ValueTask.CompletedTask;
        }
    }
}
