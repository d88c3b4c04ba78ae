using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>A Redis that can be reached and refuses what is needed.</summary>
public class RefusalTests
{
    [Test]
    public async Task Log_and_health_say_that_Redis_refuses_a_channel_that_the_server_needs()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await TestServer.StartSocketIoAsync(build: builder =>
        {
            builder.Services.AddSocketIo().AddRedis(redis.Endpoint);
            builder.Services.AddHealthChecks().AddSocketIoCluster();
        });
        foreach (var text in new[] { "is away", "refuses what is needed: NOPERM", "Health check socketio-cluster" })
            server.Log.Expect(text);
        var health = server.Services.GetRequiredService<HealthCheckService>();
        await redis.RunAsync("ACL", "SETUSER", "default", "resetchannels");
        await Deadlines.EventuallyAsync(async () => (await health.CheckHealthAsync()).Entries.Single().Value.Description!.Contains("NOPERM", StringComparison.Ordinal));
        Assert.That(server.Log.Entries.Count(static one => one.Message.Contains("refuses what is needed", StringComparison.Ordinal)), Is.EqualTo(1));
        await redis.RunAsync("ACL", "SETUSER", "default", "allchannels");
        await Deadlines.EventuallyAsync(async () => (await health.CheckHealthAsync()).Status == HealthStatus.Healthy);
    }

    [Test]
    public async Task The_health_check_says_that_Redis_refuses_what_it_is_sent_for_as_long_as_it_does()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await TestServer.StartSocketIoAsync(build: builder =>
        {
            builder.Services.AddSocketIo().AddRedis(redis.Endpoint);
            builder.Services.AddHealthChecks().AddSocketIoCluster();
        });
        server.Log.Expect("The backplane refused");
        server.Log.Expect("Health check socketio-cluster");
        var health = server.Services.GetRequiredService<HealthCheckService>();
        Assert.That((await health.CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Healthy));
        await redis.RunAsync("ACL", "SETUSER", "default", "-publish");
        await Deadlines.EventuallyAsync(
            async () => (await EmitAndCheckAsync(HealthStatus.Degraded))?.Contains("does not take what it is sent: NOPERM", StringComparison.Ordinal) is true);
        await redis.RunAsync("ACL", "SETUSER", "default", "+publish");
        await Deadlines.EventuallyAsync(async () => await EmitAndCheckAsync(HealthStatus.Healthy) is not null);

        async Task<string?> EmitAndCheckAsync(HealthStatus expected)
        {
            await server.Io.EmitAsync("ev");
            var report = await health.CheckHealthAsync();
            return report.Status == expected ? report.Entries.Single().Value.Description : null;
        }
    }
}
