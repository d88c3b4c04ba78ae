using SocketIo.TestKit;
using StackExchange.Redis;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>
/// A node that has just started, on a stream of which it has read no entry yet, loses nothing of what others write at once. It asks Redis
/// anew each millisecond, so that some entries come between two questions.
/// </summary>
[NonParallelizable] // many processes: those beside it would be taken for hung
public class FirstEntriesTests
{
    private const int Rounds = 150;
    private const int Count = 20;

    private static readonly Kind Streams = new("streams");

    private RedisServer _redis = null!;
    private ConnectionMultiplexer _peer = null!;

    [OneTimeSetUp]
    public async Task StartRedisAsync()
    {
        _redis = await RedisServer.StartAsync();
        _peer = await ConnectionMultiplexer.ConnectAsync(_redis.Endpoint);
    }

    [OneTimeTearDown]
    public async Task StopRedisAsync()
    {
        await _peer.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Test]
    public async Task On_a_stream_that_does_not_exist_yet()
    {
        for (var round = 0; round < Rounds; round++)
            await AssertAllArriveAsync($"new-{round}");
    }

    [Test]
    public async Task On_a_stream_that_is_empty()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await AddAsync($"empty-{round}", -1);
            await _peer.GetDatabase().StreamTrimAsync($"empty-{round}-stream", 0, useApproximateMaxLength: false);
            await AssertAllArriveAsync($"empty-{round}");
        }
    }

    [Test]
    public async Task On_a_stream_that_was_idle()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await AddAsync($"idle-{round}", -1);
            await AssertAllArriveAsync($"idle-{round}");
        }
    }

    [Test]
    public async Task While_others_write_all_the_time()
    {
        for (var round = 0; round < 30; round++)
        {
            var prefix = $"busy-{round}";
            var isOpen = new TaskCompletionSource();
            var writing = WriteAsync(prefix, isOpen.Task);
            await using var node = await StartAsync(prefix);
            var first = Node.Number(await node.Receiver.NextAsync());
            isOpen.SetResult();
            var last = await writing.WithDeadline();
            for (var number = first + 1; number <= last; number++)
                Assert.That(Node.Number(await node.Receiver.NextAsync()), Is.EqualTo(number));
        }
    }

    private async Task AssertAllArriveAsync(string prefix)
    {
        await using var node = await StartAsync(prefix);
        for (var number = 0; number < Count; number++)
            await AddAsync(prefix, number);
        for (var number = 0; number < Count; number++)
            Assert.That(Node.Number(await node.Receiver.NextAsync()), Is.EqualTo(number));
        Assert.That((node.Receiver.IsEmpty, node.Receiver.Gaps), Is.EqualTo((true, 0)));
    }

    // until the node has read one, and some more
    private async Task<int> WriteAsync(string prefix, Task isOpen)
    {
        var number = 0;
        while (!isOpen.IsCompleted)
            await AddAsync(prefix, number++);
        for (var i = 0; i < Count; i++)
            await AddAsync(prefix, number++);
        return number - 1;
    }

    private Task<Node> StartAsync(string prefix) => Node.StartAsync(
        Streams, _redis.Endpoint, configure: static options => ((RedisStreamsOptions)options).BlockTime = TimeSpan.FromMilliseconds(1), prefix: prefix);

    private Task<RedisValue> AddAsync(string prefix, int number) => _peer.GetDatabase().StreamAddAsync($"{prefix}-stream",
    [
        new("uid", "peer"), new("nsp", "/"), new("type", "3"),
        new("data", $$$"""{"packet":{"type":2,"data":["ev",{{{number}}}]},"opts":{"rooms":[],"except":[]}}"""),
    ]);
}
