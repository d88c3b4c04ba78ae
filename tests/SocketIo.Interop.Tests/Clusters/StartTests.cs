using Microsoft.Extensions.Options;
using Npgsql;
using SocketIo.TestKit;
using StackExchange.Redis;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>A host that starts with a backplane: with wrong options, beside another kind, on the application's own connection.</summary>
public class StartTests
{
    private static IEnumerable<TestCaseData> WrongOptions()
    {
        yield return Case("AddRedis", static io => io.AddRedis(""));
        yield return Case("AddRedisSharded", static io => io.AddRedisSharded("localhost", static options => options.RoomChannels = (RoomChannels)7));
        yield return Case("AddRedisStreams", static io => io.AddRedisStreams("localhost", static options => options.StreamCount = 0));
        yield return Case("AddPostgres", static io => io.AddPostgres("Database=without-host"));
        yield return Case("ConfigureCluster", static io => io.AddRedis("localhost").ConfigureCluster(static options => options.HeartbeatInterval = TimeSpan.Zero));

        static TestCaseData Case(string name, Action<SocketIoBuilder> add) => new TestCaseData(add).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(WrongOptions))]
    public void Wrong_options_keep_the_host_from_starting(Action<SocketIoBuilder> add) =>
        Assert.That(() => TestServer.StartSocketIoAsync(build: builder => add(builder.Services.AddSocketIo())), Throws.InstanceOf<OptionsValidationException>());

    [Test]
    public async Task A_kind_whose_messages_would_mix_with_another_s_keeps_the_host_from_starting()
    {
        await using var classic = await StartAsync(static io => io.AddRedis(Services.Redis.Endpoint, static options => options.Prefix = "mixed"));
        Assert.That(
            () => StartAsync(static io => io.AddRedisStreams(Services.Redis.Endpoint, static options => options.Prefix = "mixed")),
            Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("prefix"));
    }

    [Test]
    public async Task The_application_s_own_connection_to_Redis_serves_and_stays_open()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Services.Redis.Endpoint);
        await TalkAsync(io => io.AddRedisStreams(options =>
        {
            (options.Prefix, options.StreamName) = ("application", "application");
            options.Connection = _ => Task.FromResult<IConnectionMultiplexer>(connection);
        }));
        Assert.That(await connection.GetDatabase().PingAsync(), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task The_application_s_own_source_of_connections_to_PostgreSQL_serves_and_stays_open()
    {
        await using var source = NpgsqlDataSource.Create(Services.Postgres.ConnectionString);
        await TalkAsync(io => io.AddPostgres(options => (options.Prefix, options.DataSource) = ("application", source)));
        await using var connection = await source.OpenConnectionAsync();
    }

    private static async Task TalkAsync(Action<SocketIoBuilder> add)
    {
        await using var one = await StartAsync(add);
        await using var two = await StartAsync(add);
        await using var client = await Services.Clients.OpenAsync(two.Address.ToString());
        await client.ConnectedAsync();
        while (await one.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 1 })
            await Task.Delay(10);
        await one.Io.EmitAsync("hello", 1);
        await client.NextEventAsync("hello");
    }

    private static Task<TestServer> StartAsync(Action<SocketIoBuilder> add) => TestServer.StartSocketIoAsync(build: builder => add(builder.Services.AddSocketIo()));
}
