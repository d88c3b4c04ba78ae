using SocketIo.Topics;
using SocketIo.Topics.Testing;

namespace SocketIo.Redis.Tests.Topics;

public sealed class RedisHarness : StoreHarness
{
    /// <summary>The prefix of the test.</summary>
    public string Prefix { get; } = $"te st{{é}} {Guid.NewGuid():N}";

    public override ITopicStore CreateStore() =>
        new RedisTopicStore(new RedisTopicOptions { Configuration = TopicRedis.Server.Endpoint, Prefix = Prefix });

    // the server and its data end with the tests
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
