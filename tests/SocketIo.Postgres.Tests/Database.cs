using SocketIo.TestKit;

namespace SocketIo.Postgres.Tests;

/// <summary>One server for all tests that leave it alone; each has a schema of its own there.</summary>
[SetUpFixture]
internal sealed class Database
{
    public static PostgresServer Server { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Server = await PostgresServer.StartAsync();

    [OneTimeTearDown]
    public async Task EndAsync() => await Server.DisposeAsync();
}
