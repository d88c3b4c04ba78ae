using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SocketIo.Cluster;
using SocketIo.TestKit;
using StackExchange.Redis;

namespace SocketIo.Redis.Tests;

/// <summary>What the options say is checked when the host starts, all at once.</summary>
public class OptionsTests
{
    [Test]
    public void All_faults_are_told_at_once()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddRedisStreams(options =>
        {
            options.Prefix = "";
            options.ResponseTimeout = TimeSpan.Zero;
            options.MaxReconnectDelay = TimeSpan.FromDays(1);
            options.StreamName = "";
            options.StreamCount = 0;
            options.MaxLength = 0;
            options.ReadCount = -1;
            options.BlockTime = TimeSpan.Zero;
            options.SessionKeyPrefix = "";
        })));
        Assert.That(fault!.Failures.Count(), Is.EqualTo(10));
    }

    [Test]
    public void A_connection_string_is_checked_and_its_password_not_told()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddRedis("localhost,password=secret,nonsense=1")));
        Assert.That(fault!.Message, Does.Contain("nonsense").And.Not.Contain("secret"));
        Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddRedis("")));
    }

    [Test]
    public void There_is_one_way_to_say_where_Redis_is()
    {
        Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddRedis(_ => { })));
        Assert.Throws<OptionsValidationException>(
            () => Resolve(io => io.AddRedisSharded("localhost", options => options.ConnectionOptions = ConfigurationOptions.Parse("localhost"))));
        Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddRedis(options => options.ConnectionOptions = new ConfigurationOptions())));
    }

    [Test]
    public void A_value_that_does_not_exist_is_a_fault() =>
        Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddRedisSharded("localhost", options => options.RoomChannels = (RoomChannels)7)));

    [Test]
    public void A_server_has_one_backplane() =>
        Assert.Throws<InvalidOperationException>(() => Resolve(io => io.AddRedis("localhost").AddRedisStreams("localhost")));

    [TestCase("redis")]
    [TestCase("redis-sharded")]
    [TestCase("redis-streams")]
    public async Task A_connection_string_is_enough(string name)
    {
        await using var services = Services(io => _ = name switch
        {
            "redis" => io.AddRedis("localhost:6379"),
            "redis-sharded" => io.AddRedisSharded("localhost:6379"),
            _ => io.AddRedisStreams("localhost:6379"),
        });
        Assert.That(services.GetRequiredService<Backplane>().Name, Is.EqualTo(name));
    }

    [Test]
    public async Task A_connection_of_the_application_is_used_and_not_disposed()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        await using (var services = Services(io => io.AddRedis(options => options.Connection = _ => Task.FromResult<IConnectionMultiplexer>(connection))))
        {
            var backplane = services.GetRequiredService<Backplane>();
            await backplane.StartAsync(default).AsTask().WithDeadline();
            Assert.That(backplane.State.IsConnected);
        }
        Assert.That(await connection.GetDatabase().PingAsync(), Is.GreaterThan(TimeSpan.Zero));
    }

    private static void Resolve(Action<SocketIoBuilder> add)
    {
        using var services = Services(add);
        _ = services.GetRequiredService<Backplane>();
    }

    private static ServiceProvider Services(Action<SocketIoBuilder> add)
    {
        var services = new ServiceCollection();
        add(services.AddSocketIo());
        return services.BuildServiceProvider();
    }
}
