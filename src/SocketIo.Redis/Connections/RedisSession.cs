using System.Collections.Concurrent;
using System.Net;
using System.Text;
using SocketIo.Cluster.Sessions;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Connections;

/// <summary>
/// The connections from the moment when Redis was reached until the first of them ends: then all are given up, and a new session
/// begins. Other parts of a cluster would go on without the one that is gone, but messages would overtake each other.
/// </summary>
internal sealed class RedisSession : IBackplaneSession
{
    // A slot that moves on while it is looked for; for a moment its masters may both say that it is at the other.
    private const int MaxRedirects = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private readonly RedisServers _servers;
    private readonly FormerConnections _former;
    private readonly bool _receives;
    private readonly TimeSpan _responseTimeout;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<Exception> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<EndPoint, Task<RedisNode>> _nodes = new();
    private readonly ConcurrentBag<Task> _parts = [];
    private Task<RedisNode> _main = null!;
    private Task _watching = Task.CompletedTask;

    private RedisSession(RedisServers servers, FormerConnections former, bool receives, TimeSpan responseTimeout, TimeProvider time)
    {
        _servers = servers;
        _former = former;
        _receives = receives;
        _responseTimeout = responseTimeout;
        _time = time;
    }

    /// <summary>The node for everything that is not sharded.</summary>
    public RedisNode Main => _main.Result;

    /// <summary>Completes with the reason when the session has ended.</summary>
    public Task<Exception> Ended => _ended.Task;

    /// <summary>Cancelled when the session has ended.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Opens a session.</summary>
    /// <param name="servers">Where to.</param>
    /// <param name="former">The connections of the sessions before.</param>
    /// <param name="receives">Whether messages are to be received.</param>
    /// <param name="responseTimeout">How long Redis may be silent.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<RedisSession> OpenAsync(
        RedisServers servers, FormerConnections former, bool receives, TimeSpan responseTimeout, TimeProvider time, CancellationToken cancellationToken)
    {
        await servers.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var session = new RedisSession(servers, former, receives, responseTimeout, time);
        try
        {
            session._main = session.GetAsync(servers.FindMaster());
            await session._main.WaitAsync(cancellationToken).ConfigureAwait(false);
            session._watching = session.WatchAsync();
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The node that has a sharded channel or a key.</summary>
    public Task<RedisNode> GetAsync(string? key) => key is not null && _servers.IsCluster ? GetAsync(_servers.FindMaster(key)) : _main;

    /// <summary>Subscribes to a channel that is not sharded.</summary>
    public Task SubscribeAsync(ChannelKind kind, string channel, IChannelHandler handler) =>
        Main.Subscriber!.SubscribeAsync(kind, Encoding.UTF8.GetBytes(channel), handler);

    /// <summary>Subscribes to a sharded channel, on the master that has it.</summary>
    public async Task SubscribeShardedAsync(string channel, IChannelHandler handler)
    {
        for (var attempt = 1; ; attempt++)
        {
            var node = await GetAsync(channel).ConfigureAwait(false);
            try
            {
                await node.Subscriber!.SubscribeAsync(ChannelKind.Sharded, Encoding.UTF8.GetBytes(channel), handler).ConfigureAwait(false);
                return;
            }
            catch (RespException refused) when (attempt < MaxRedirects && _servers.Redirect(refused, node.Endpoint))
            {
                // once more, where the server said
            }
            await PauseAsync(attempt).ConfigureAwait(false);
        }
    }

    /// <summary>Unsubscribes, wherever it was subscribed.</summary>
    public void Unsubscribe(ChannelKind kind, string channel)
    {
        var name = Encoding.UTF8.GetBytes(channel);
        foreach (var node in _nodes.Values)
        {
            if (node.IsCompletedSuccessfully)
                node.Result.Subscriber?.Unsubscribe(kind, name);
        }
    }

    /// <summary>Counts the subscribers of channels, in a Redis Cluster of all masters together.</summary>
    /// <param name="command">NUMSUB or SHARDNUMSUB.</param>
    /// <param name="channels">The channels.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<long[]> CountSubscribersAsync(string command, IReadOnlyList<string> channels, CancellationToken cancellationToken) => _servers.IsCluster
        ? _servers.CountSubscribersAsync(command, channels, cancellationToken)
        : Main.AskAsync(ReadCounts, ["PUBSUB", command, .. channels]).WaitAsync(cancellationToken);

    /// <summary>Sends a refused command again where another server has the slot by now.</summary>
    /// <param name="node">Who refused it.</param>
    /// <param name="key">What decides on the master.</param>
    /// <param name="commands">The one command.</param>
    /// <param name="reason">Why it was refused.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Why the command can never be carried out; null when it was.</returns>
    /// <exception cref="RespException">The server cannot carry out commands now. The session has ended.</exception>
    public async Task<RespException?> RetryAsync(
        RedisNode node, string? key, RespWriter commands, RespException reason, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (IsPassing(reason))
            {
                End(reason);
                throw reason;
            }
            if (attempt == MaxRedirects || !(_servers.Redirect(reason, node.Endpoint) || reason.Code is "ASK" or "TRYAGAIN"))
                return reason;
            await PauseAsync(attempt).ConfigureAwait(false);
            var isAsking = reason.Code == "ASK";
            node = await (isAsking ? GetAsync(Named(reason, node)) : GetAsync(key)).ConfigureAwait(false);
            var batch = new CommandBatch(isAsking ? commands.Behind("ASKING") : commands);
            await node.SendAsync(batch).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (batch.Refusals.Count == 0)
                return null;
            reason = batch.Refusals[^1].Reason;
        }
    }

    // none before the second try, then longer ones
    private Task PauseAsync(int attempt) => attempt == 1 ? Task.CompletedTask : Task.Delay(FirstPause * Math.Pow(2, attempt - 2), _time, Ending);

    private static RespEndpoint Named(RespException refusal, RedisNode from) =>
        from.Endpoint with { Address = RedisServers.ParseTarget(refusal, from.Endpoint) };

    /// <summary>A server that starts, or is master no more, or a cluster without some of its slots.</summary>
    public static bool IsPassing(RespException reason) => reason.Code is "LOADING" or "READONLY" or "MASTERDOWN" or "CLUSTERDOWN" or "NOREPLICAS";

    /// <summary>Something goes on as long as the session; ending the session ends it.</summary>
    public void Run(Task part) => _parts.Add(part);

    /// <summary>Ends the session.</summary>
    public void End(Exception reason)
    {
        if (_ended.TrySetResult(reason))
            _ending.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        End(new ObjectDisposedException(nameof(RedisSession)));
        await _watching.ConfigureAwait(false);
        await Task.WhenAll(_parts).ConfigureAwait(false);
        foreach (var node in _nodes.Values)
            await CloseAsync(node).ConfigureAwait(false);
    }

    /// <summary>The node at an address.</summary>
    public Task<RedisNode> GetAsync(RespEndpoint endpoint)
    {
        if (_nodes.TryGetValue(endpoint.Address, out var known))
            return known;
        lock (_nodes)
            return _nodes.GetOrAdd(endpoint.Address, _ => OpenNodeAsync(endpoint));
    }

    private async Task<RedisNode> OpenNodeAsync(RespEndpoint endpoint)
    {
        RedisNode? node = null;
        try
        {
            node = await RedisNode.OpenAsync(endpoint, _receives ? Resubscribe : null, _time, Ending).ConfigureAwait(false);
            node.Connection.Ended.UnsafeRegister(static (state, _) => End(state), (this, node.Connection));
            node.Subscriber?.Connection.Ended.UnsafeRegister(static (state, _) => End(state), (this, node.Subscriber.Connection));
            if (node.Connection.Identity.Server is { IsReplica: true })
                throw new InvalidOperationException($"The server at {endpoint.Address} is a replica, not the master.");
            await _former.EndAsync(node).ConfigureAwait(false);
            return node;
        }
        catch (Exception exception)
        {
            End(exception);
            if (node is not null)
                await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // channel and number in turns
    private static long[] ReadCounts(RespReader reply)
    {
        var counts = new long[reply.ReadList() / 2];
        for (var i = 0; i < counts.Length; i++)
        {
            reply.Skip(1);
            counts[i] = reply.ReadNumber();
        }
        return counts;
    }

    private static void End(object? state)
    {
        var (session, connection) = ((RedisSession, RespConnection))state!;
        session.End(connection.Failure!);
    }

    // a server gave the slot of a channel away
    private void Resubscribe(byte[] channel, IChannelHandler handler) => _ = ResubscribeAsync(Encoding.UTF8.GetString(channel), handler);

    private async Task ResubscribeAsync(string channel, IChannelHandler handler)
    {
        try
        {
            await _servers.RefreshAsync(Ending).ConfigureAwait(false);
            await SubscribeShardedAsync(channel, handler).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            End(exception);
        }
    }

    // a server that hangs keeps its connections open
    private async Task WatchAsync()
    {
        var (rest, limit) = (_responseTimeout / 3, _responseTimeout);
        using var timer = new PeriodicTimer(rest, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(Ending).ConfigureAwait(false))
            {
                foreach (var node in _nodes.Values)
                {
                    if (node.IsCompletedSuccessfully)
                        Watch(node.Result, rest, limit);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the session has ended
        }
    }

    private static void Watch(RedisNode node, TimeSpan rest, TimeSpan limit)
    {
        Watch(node.Connection, limit);
        if (node.Connection.Silence >= rest)
            _ = node.SendAsync(new PingBatch());
        if (node.Subscriber is not { } subscriber)
            return;
        Watch(subscriber.Connection, limit);
        if (subscriber.Connection.Silence >= rest)
            subscriber.Ping();
    }

    private static void Watch(RespConnection connection, TimeSpan limit)
    {
        if (connection.Silence > limit)
            connection.Abort(new TimeoutException($"Redis has not answered for {limit.TotalSeconds:0.#} s."));
    }

    private async Task CloseAsync(Task<RedisNode> opening)
    {
        try
        {
            var node = await opening.ConfigureAwait(false);
            _former.Add(node);
            await node.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // it was never open, and the session has ended by that
        }
    }
}
