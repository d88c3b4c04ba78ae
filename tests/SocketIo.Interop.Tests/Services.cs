using SocketIo.TestKit;

namespace SocketIo.Interop.Tests;

/// <summary>One server of each kind for all tests, which have prefixes of their own there; and the clients.</summary>
[SetUpFixture]
internal sealed class Services
{
    public static RedisServer Redis { get; private set; } = null!;

    public static PostgresServer Postgres { get; private set; } = null!;

    public static NodeDriver Clients { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Redis = await RedisServer.StartAsync();
        Postgres = await PostgresServer.StartAsync();
        Clients = await NodeDriver.StartAsync();
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        await Clients.DisposeAsync();
        await Postgres.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
