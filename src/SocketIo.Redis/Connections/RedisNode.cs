using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Connections;

/// <summary>One Redis server of a session: a connection for commands and one for messages.</summary>
internal sealed class RedisNode : IAsyncDisposable
{
    private readonly RespReplies _replies = new();

    private RedisNode(RespEndpoint endpoint) => Endpoint = endpoint;

    public RespEndpoint Endpoint { get; }

    /// <summary>For commands.</summary>
    public RespConnection Connection { get; private set; } = null!;

    /// <summary>For messages; null when nothing is to be received.</summary>
    public RespSubscriber? Subscriber { get; private set; }

    public static async Task<RedisNode> OpenAsync(
        RespEndpoint endpoint, Action<byte[], IChannelHandler>? moved, TimeProvider time, CancellationToken cancellationToken)
    {
        var node = new RedisNode(endpoint);
        node.Connection = await RespConnection.OpenAsync(endpoint, node._replies, time, cancellationToken).ConfigureAwait(false);
        try
        {
            if (moved is not null)
                node.Subscriber = await RespSubscriber.OpenAsync(endpoint, moved, time, cancellationToken).ConfigureAwait(false);
            return node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends commands, and completes when all are answered.</summary>
    public Task SendAsync(RespBatch batch) => _replies.SendAsync(Connection, batch);

    /// <summary>Sends one command and reads its answer.</summary>
    /// <exception cref="RespException">Redis refused it.</exception>
    public async Task<T> AskAsync<T>(ReadReply<T> read, params string[] command)
    {
        var batch = new ReadingBatch<T>(read);
        batch.Commands.Command(command);
        await SendAsync(batch).ConfigureAwait(false);
        return batch.Value;
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync().ConfigureAwait(false);
        if (Subscriber is not null)
            await Subscriber.DisposeAsync().ConfigureAwait(false);
    }
}
