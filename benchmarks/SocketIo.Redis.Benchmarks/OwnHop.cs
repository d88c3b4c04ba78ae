using System.Net;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Benchmarks;

/// <summary>
/// The connection of SocketIo.Redis, as a link uses it: what has queued up is sent as a batch, and the next batch follows when Redis
/// has answered.
/// </summary>
internal sealed class OwnHop : IHop, IChannelHandler, IAsyncDisposable
{
    private static readonly byte[] Channel = "hop-own"u8.ToArray();
    private readonly Counting _counting = new();
    private readonly RespReplies _replies = new();
    private readonly Lock _sync = new();
    private List<byte[]> _queue = []; // guarded by _sync
    private List<byte[]> _batch = [];
    private bool _isSending; // guarded by _sync
    private RespConnection _from = null!;
    private RespSubscriber _to = null!;

    public string Name => "SocketIo.Redis";

    public bool IsInOrder => _counting.IsInOrder;

    public static async Task<OwnHop> StartAsync(int port)
    {
        var endpoint = new RespEndpoint { Address = new IPEndPoint(IPAddress.Loopback, port) };
        var hop = new OwnHop();
        hop._from = await RespConnection.OpenAsync(endpoint, hop._replies, TimeProvider.System, default);
        hop._to = await RespSubscriber.OpenAsync(endpoint, (_, _) => { }, TimeProvider.System, default);
        await hop._to.SubscribeAsync(ChannelKind.Channel, Channel, hop);
        return hop;
    }

    public Task ExpectAsync(int count) => _counting.ExpectAsync(count);

    public void Publish(int count)
    {
        for (var i = 0; i < count; i++)
        {
            lock (_sync)
            {
                _queue.Add(_counting.Next());
                if (_isSending)
                    continue;
                _isSending = true;
            }
            _ = Task.Run(SendAsync);
        }
    }

    public void Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload) => _counting.Receive(payload.ToArray());

    public async ValueTask DisposeAsync()
    {
        await _from.DisposeAsync();
        await _to.DisposeAsync();
    }

    private async Task SendAsync()
    {
        var commands = new RespWriter();
        while (TryTake())
        {
            commands.Clear();
            foreach (var message in _batch)
            {
                commands.Begin(3);
                commands.Text("PUBLISH"u8);
                commands.Text(Channel);
                commands.Text(message);
            }
            await _replies.SendAsync(_from, new Batch(commands));
        }
    }

    private bool TryTake()
    {
        lock (_sync)
        {
            (_queue, _batch) = (_batch, _queue);
            _queue.Clear();
            return _isSending = _batch.Count > 0;
        }
    }

    private sealed class Batch(RespWriter commands) : RespBatch
    {
        public override RespWriter Commands => commands;

        protected override void Receive(int index, RespReader reply)
        {
            if (reply.Read() != RespKind.Number)
                throw reply.Unexpected();
        }
    }
}
