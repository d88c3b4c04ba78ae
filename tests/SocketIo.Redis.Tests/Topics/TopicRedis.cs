using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Topics;

/// <summary>One server for all tests of topics that leave it alone; each has a prefix of its own there. It keeps what it has.</summary>
[SetUpFixture]
internal sealed class TopicRedis
{
    /// <summary>Lines of redis.conf: an answer is given when the disk has what was written.</summary>
    public static readonly string[] Durable = ["appendonly yes", "appendfsync always"];

    public static RedisServer Server { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Server = await RedisServer.StartAsync(Durable);

    [OneTimeTearDown]
    public async Task EndAsync() => await Server.DisposeAsync();
}
