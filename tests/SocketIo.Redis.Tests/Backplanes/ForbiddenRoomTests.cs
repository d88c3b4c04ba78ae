using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>A room whose channel Redis does not let the server subscribe to, until it does.</summary>
public class ForbiddenRoomTests
{
    // of the node, of its kind and of the library, but not of rooms
    private const string Channels = "resetchannels &p-kind#* &p#/# &p#/#????????????????# &__*";

    [Test]
    public async Task A_socket_in_it_gets_broadcasts_of_the_other_server_when_it_is_allowed_after_all()
    {
        await using var redis = await RedisServer.StartAsync($"user app on >secret ~* +@all {Channels}");
        await using var driver = await NodeDriver.StartAsync();
        await using var one = await StartAsync(redis.Endpoint);
        await using var two = await StartAsync($"{redis.Endpoint},user=app,password=secret");
        two.Log.Expect("sockets in them may miss broadcasts of other servers");
        await using var client = await JoinAsync(driver, two, one);
        await Deadlines.Eventually(() => two.Log.Entries.Any(static entry => entry.Message.Contains("NOPERM", StringComparison.Ordinal)));

        // to the room alone, and by its channel; then to all
        await one.Io.To("room").EmitAsync("missed");
        await one.Io.EmitAsync("all");
        await client.NextEventAsync("all");
        await redis.RunAsync("ACL", "SETUSER", "app", "allchannels");
        await Deadlines.Eventually(() => redis.RunAsync("PUBSUB", "SHARDNUMSUB", "p#/#room#").GetAwaiter().GetResult().EndsWith("\n1", StringComparison.Ordinal));
        await one.Io.To("room").EmitAsync("ev", 1);
        await client.NextEventAsync("ev");
        Assert.That(client.Events.Any(static one => one.Name == "missed"), Is.False);
        Assert.That(two.Log.Entries.Count(static entry => entry.Id == 213), Is.EqualTo(1));
        Assert.That(two.Log.Entries.Any(static entry => entry.Id == 221), Is.False, "Redis was never away");
    }

    [Test]
    public async Task One_that_was_open_before_keeps_nothing_else_from_arriving_and_is_opened_when_it_is_allowed_again()
    {
        await using var redis = await RedisServer.StartAsync("user app on >secret ~* +@all allchannels");
        await using var driver = await NodeDriver.StartAsync();
        await using var one = await StartAsync(redis.Endpoint);
        await using var two = await StartAsync($"{redis.Endpoint},user=app,password=secret");
        foreach (var text in new[] { "sockets in them may miss broadcasts of other servers", "is away", "were lost" })
            two.Log.Expect(text);
        await using var client = await JoinAsync(driver, two, one);

        // which ends its connections
        await redis.RunAsync(["ACL", "SETUSER", "app", .. Channels.Split(' ')]);
        await Deadlines.Eventually(() => two.Log.Entries.Any(static entry => entry.Id == 213));
        while (await one.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 1 })
            await Task.Delay(10);
        await one.Io.To("room").EmitAsync("missed");
        await one.Io.EmitAsync("all");
        await client.NextEventAsync("all");
        await redis.RunAsync("ACL", "SETUSER", "app", "allchannels");
        await Deadlines.Eventually(() => redis.RunAsync("PUBSUB", "SHARDNUMSUB", "p#/#room#").GetAwaiter().GetResult().EndsWith("\n1", StringComparison.Ordinal));
        await one.Io.To("room").EmitAsync("ev", 1);
        await client.NextEventAsync("ev");
        Assert.That(client.Events.Any(static one => one.Name == "missed"), Is.False);
    }

    /// <summary>Opens a client that is in the room, of which the other server knows.</summary>
    private static async Task<NodeClient> JoinAsync(NodeDriver driver, TestServer server, TestServer other)
    {
        var client = await driver.OpenAsync(server.Address.ToString(), new { transports = new[] { "websocket" } });
        await client.ConnectedAsync();
        await client.NextEventAsync("ready");
        while (await other.Io.To("room").FetchSocketsAsync() is not { IsComplete: true, Count: 1 })
            await Task.Delay(10);
        return client;
    }

    private static Task<TestServer> StartAsync(string configuration) => TestServer.StartSocketIoAsync(
        static io => io.OnConnection(static async socket =>
        {
            await socket.JoinAsync("room");
            await socket.EmitAsync("ready");
        }),
        build: builder => builder.Services.AddSocketIo().AddRedisSharded(configuration, static options => options.Prefix = "p"));
}
