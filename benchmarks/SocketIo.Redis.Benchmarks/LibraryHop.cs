using StackExchange.Redis;

namespace SocketIo.Redis.Benchmarks;

/// <summary>StackExchange.Redis: two multiplexers, publishing fire and forget, receiving by the queue that keeps the order of a channel.</summary>
internal sealed class LibraryHop : IHop, IAsyncDisposable
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("hop-library");
    private readonly Counting _counting = new();
    private readonly IConnectionMultiplexer _from;
    private readonly IConnectionMultiplexer _to;
    private readonly ISubscriber _publisher;

    private LibraryHop(IConnectionMultiplexer from, IConnectionMultiplexer to)
    {
        (_from, _to) = (from, to);
        _publisher = from.GetSubscriber();
    }

    public string Name => "StackExchange.Redis";

    public bool IsInOrder => _counting.IsInOrder;

    public static async Task<LibraryHop> StartAsync(string endpoint)
    {
        var hop = new LibraryHop(await ConnectionMultiplexer.ConnectAsync(endpoint), await ConnectionMultiplexer.ConnectAsync(endpoint));
        var queue = await hop._to.GetSubscriber().SubscribeAsync(Channel);
        queue.OnMessage(message => hop._counting.Receive(((ReadOnlyMemory<byte>)message.Message).Span));
        return hop;
    }

    public Task ExpectAsync(int count) => _counting.ExpectAsync(count);

    public void Publish(int count)
    {
        for (var i = 0; i < count; i++)
            _publisher.Publish(Channel, _counting.Next(), CommandFlags.FireAndForget);
    }

    public async ValueTask DisposeAsync()
    {
        await _from.DisposeAsync();
        await _to.DisposeAsync();
    }
}
