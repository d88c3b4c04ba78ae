using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using SocketIo.TestKit;

namespace SocketIo.Postgres.Tests.Backplanes;

/// <summary>A PostgreSQL that can be reached and refuses what is needed.</summary>
public class RefusalTests
{
    [Test]
    public async Task The_health_check_says_that_the_log_takes_nothing_for_as_long_as_it_does_not()
    {
        await using var server = await TestServer.StartSocketIoAsync(
            options: static options => options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions(),
            build: static builder =>
            {
                builder.Services.AddSocketIo().AddPostgres(
                    Database.Server.ConnectionString, static options => (options.Prefix, options.LogTable, options.Recovery) = ("refusal", "refusal", true));
                builder.Services.AddHealthChecks().AddSocketIoCluster();
            });
        server.Log.Expect("messages for other servers were lost");
        server.Log.Expect("Health check socketio-cluster");
        var health = server.Services.GetRequiredService<HealthCheckService>();
        await server.Io.EmitAsync("ev");
        Assert.That((await health.CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Healthy));
        await RunAsync("ALTER TABLE refusal ADD CONSTRAINT nothing CHECK (false) NOT VALID");
        await Deadlines.EventuallyAsync(async () => (await EmitAndCheckAsync()).Entries.Single().Value.Description!.Contains("does not take", StringComparison.Ordinal));
        await RunAsync("ALTER TABLE refusal DROP CONSTRAINT nothing");
        await Deadlines.EventuallyAsync(async () => (await EmitAndCheckAsync()).Status == HealthStatus.Healthy);

        async Task<HealthReport> EmitAndCheckAsync()
        {
            await server.Io.EmitAsync("ev");
            return await health.CheckHealthAsync();
        }
    }

    private static async Task RunAsync(string statement)
    {
        await using var source = NpgsqlDataSource.Create(Database.Server.ConnectionString);
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
