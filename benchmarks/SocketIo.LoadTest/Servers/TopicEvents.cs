using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SocketIo.LoadTest.Servers;

/// <summary>This server with topics, one of which every client has subscribed to. Told by HTTP what to store, and asked how far it is.</summary>
internal static class TopicEvents
{
    private const string Missed = "missed";

    public static Action<WebApplication> Add(WebApplicationBuilder builder, bool isOnDisk)
    {
        var map = SocketIoEvents.Add(builder);
        builder.Services.AddSocketIo().AddTopics(topics =>
        {
            if (isOnDisk)
                topics.UseSqlite("events.db");

            // the stream would fill the disk
            topics.For(EventStream.Topic, static topic => topic.MaxCount = 100_000);
        });
        return map + Map;
    }

    public static Action<WebApplication> AddWithStream(WebApplicationBuilder builder, bool isOnDisk)
    {
        var map = Add(builder, isOnDisk);
        builder.Services.AddHostedService<EventStream>();
        return map;
    }

    private static void Map(WebApplication app)
    {
        var io = app.Services.GetRequiredService<SocketIoServer>();
        io.OnConnection(static socket => socket.SubscribeAsync(Missed, socket.Handshake.Query["user"]!));
        app.MapGet("/topics/stored", async () => (await io.Topic(EventStream.Topic).GetInfoAsync())?.Kept.Last ?? 0);
        app.MapGet("/topics/subscribers", async context => await context.Response.WriteAsync(await SubscribersAsync(io)));
        app.MapPost("/topics/missed", async (int first, int count, string padding) =>
        {
            for (var number = first; number < first + count; number++)
                await io.Topic(Missed).EmitAsync(Missed, string.Create(CultureInfo.InvariantCulture, $"{number}{padding}"));
        });
    }

    private static async Task<string> SubscribersAsync(SocketIoServer io)
    {
        var (attached, lag) = (0, 0L);
        await foreach (var one in io.Topic(Missed).GetSubscriptionsAsync())
        {
            attached += one.IsAttached ? 1 : 0;
            lag += one.Lag;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{attached} {lag}");
    }
}
