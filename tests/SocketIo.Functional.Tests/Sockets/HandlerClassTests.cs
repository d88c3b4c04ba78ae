using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>Handler classes with services from the container.</summary>
public sealed class HandlerClassTests
{
    [Test]
    public async Task Each_event_has_an_instance_and_a_scope_of_its_own_that_end_with_it()
    {
        await using var server = await StartAsync();
        var journal = server.Services.GetRequiredService<Journal>();
        var (client, socket) = await server.ConnectAsync("/orders");
        journal.Lines.Clear();
        var first = (await client.EmitWithAckAsync("create", "book", 2)).Single().GetString();
        var second = (await client.EmitWithAckAsync("create", "pen", 1)).Single().GetString();
        await client.EmitWithAckAsync("nothing");
        Assert.That(first, Does.StartWith($"{socket.Id} book 2 "));
        Assert.That(second, Does.StartWith($"{socket.Id} pen 1 "));
        Assert.That(second!.Split(' ')[^1], Is.Not.EqualTo(first!.Split(' ')[^1]));

        // the client is answered first
        await Deadlines.Eventually(() => journal.Lines.Count == 6);
        Assert.That(journal.Lines, Is.EqualTo(Enumerable.Repeat(new[] { "handlers disposed", "scope disposed" }, 3).SelectMany(lines => lines)));
    }

    [Test]
    public async Task A_method_that_throws_gives_no_answer_and_its_scope_ends()
    {
        await using var server = await StartAsync();
        server.Log.Expect("out of stock");
        var errors = new Signal<string>();
        server.Io.Of("/orders").OnError((_, exception, name) => errors.Set($"{name}: {exception.Message}"));
        var journal = server.Services.GetRequiredService<Journal>();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync("/orders");
        journal.Lines.Clear();
        await raw.SendAsync("""42/orders,1["fail",1]""");
        Assert.That(await errors.NextAsync(), Is.EqualTo("fail: out of stock"));
        await Deadlines.Eventually(() => journal.Lines.Count == 2);
        Assert.That(journal.Lines, Is.EqualTo(new[] { "handlers disposed", "scope disposed" }));
        await raw.SendAsync("""42/orders,2["three",1,2,3]""");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("43/orders,2[6]"));
    }

    [Test]
    public async Task An_argument_of_another_type_makes_no_instance()
    {
        await using var server = await StartAsync();
        server.Log.Expect("The event create");
        var journal = server.Services.GetRequiredService<Journal>();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync("/orders");
        journal.Lines.Clear();
        await raw.SendAsync("""42/orders,1["create",{"not":"text"}]""");
        await raw.SendAsync("""42/orders,2["three",1,2,3]""");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("43/orders,2[6]"));
        await Deadlines.Eventually(() => journal.Lines.Count == 2);
    }

    [Test]
    public async Task Handlers_of_a_class_and_plain_ones_stand_side_by_side()
    {
        await using var server = await StartAsync();
        server.Io.Of("/orders").On("plain", (Socket _) => "plain");
        var (client, _) = await server.ConnectAsync("/orders");
        Assert.That((await client.EmitWithAckAsync("plain")).Single().GetString(), Is.EqualTo("plain"));
        Assert.That((await client.EmitWithAckAsync("three", 1, 2, 3)).Single().GetInt32(), Is.EqualTo(6));
    }

    private static Task<TestServer> StartAsync() => TestServer.StartSocketIoAsync(
        io => io.Of("/orders").AddHandlers<OrderHandlers>(),
        build: build => build.Services.AddSingleton<Journal>().AddScoped<Scoped>());

    public sealed class Journal
    {
        public ConcurrentQueue<string> Lines { get; } = new();
    }

    public sealed class Scoped(Journal journal) : IAsyncDisposable
    {
        public Guid Id { get; } = Guid.NewGuid();

        public ValueTask DisposeAsync()
        {
            journal.Lines.Enqueue("scope disposed");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class OrderHandlers(Scoped scoped, Journal journal) : ISocketHandlers<OrderHandlers>, IDisposable
    {
        public static void Map(EventMap<OrderHandlers> events) => events
            .On("create", static (OrderHandlers handlers, Socket socket, string what, int count) => handlers.CreateAsync(socket, what, count))
            .On("nothing", static (OrderHandlers _, Socket _) => Task.CompletedTask)
            .On("fail", static (OrderHandlers handlers, Socket _, int _) => handlers.FailAsync())
            .On("three", static (OrderHandlers _, Socket _, int a, int b, int c) => Task.FromResult(a + b + c));

        public void Dispose() => journal.Lines.Enqueue("handlers disposed");

        private async Task<string> CreateAsync(Socket socket, string what, int count)
        {
            await Task.Yield();
            return $"{socket.Id} {what} {count} {scoped.Id}";
        }

        private async Task<int> FailAsync()
        {
            await Task.Yield();
            throw new InvalidOperationException(scoped.Id == Guid.Empty ? "" : "out of stock");
        }
    }
}
