using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>Servers with topics, whose clients say in their query which user they are.</summary>
internal static class TopicServer
{
    /// <summary>Starts a server that subscribes each user to "orders".</summary>
    public static Task<TestServer> StartAsync(
        Action<SocketIoServer>? configure = null,
        Action<TopicsOptions>? topics = null,
        Action<SocketIoOptions>? options = null,
        Func<SubscribeOptions>? subscribe = null,
        Action<IServiceCollection>? services = null,
        int port = 0) =>
        TestServer.StartSocketIoAsync(
            io =>
            {
                io.OnConnection(socket => UserOf(socket) is { } user ? socket.SubscribeAsync("orders", user, subscribe?.Invoke()) : Task.CompletedTask);
                configure?.Invoke(io);
            },
            settings =>
            {
                settings.AllowEngineIo3 = true;
                options?.Invoke(settings);
            },
            builder =>
            {
                builder.Services.AddSocketIo().AddTopics(topics);
                services?.Invoke(builder.Services);
            },
            port: port);

    /// <summary>Opens a client of a user, and waits until it has subscribed.</summary>
    public static async Task<NodeClient> ConnectUserAsync(
        this TestServer server, string user, bool acknowledges = true, string[]? transports = null, object? client = null, object? more = null)
    {
        var options = new Dictionary<string, object?> { ["transports"] = transports ?? ["websocket"], ["query"] = new { user }, ["client"] = client, ["autoConnect"] = false };
        foreach (var property in more?.GetType().GetProperties() ?? [])
            options[property.Name] = property.GetValue(more);
        var node = await StockClients.Node.OpenAsync(server.Address.ToString(), options);
        if (acknowledges)
            await node.OnAckAsync("order");
        await node.ConnectAsync();
        await node.ConnectedAsync();
        await server.SubscribedAsync(user);
        return node;
    }

    public static Task SubscribedAsync(this TestServer server, string user) => server.SubscriptionIsAsync(user, static one => one.IsAttached);

    public static Task LeftAsync(this TestServer server, string user) => server.SubscriptionIsAsync(user, static one => !one.IsAttached);

    public static Task CursorIsAsync(this TestServer server, string user, long cursor) =>
        server.SubscriptionIsAsync(user, one => one.Cursor == cursor);

    public static async Task SubscriptionIsAsync(this TestServer server, string user, Func<SocketIo.Topics.SubscriptionInfo, bool> condition)
    {
        var until = DateTime.UtcNow + Deadlines.Default;
        SocketIo.Topics.SubscriptionInfo? found = null;
        while (found is null || !condition(found))
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(until), $"The subscription is {found}.");
            found = await server.Io.Topic("orders").GetSubscriptionsAsync().SingleOrDefaultAsync(one => one.Subscription.Subscriber == user);
            await Task.Delay(5);
        }
    }

    /// <summary>Takes so many events; what they say.</summary>
    public static async Task<string> TakeAsync(this NodeClient client, int count)
    {
        var texts = new List<string>();
        for (var n = 0; n < count; n++)
            texts.Add((await client.NextEventAsync("order")).Args[0].ToString());
        return string.Join(' ', texts);
    }

    public static async Task EmitAsync(this TestServer server, int first, int last)
    {
        for (var n = first; n <= last; n++)
            await server.Io.Topic("orders").EmitAsync("order", n);
    }

    private static string? UserOf(Socket socket) => socket.Handshake.Query["user"].FirstOrDefault();
}
