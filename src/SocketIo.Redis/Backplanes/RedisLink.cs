using SocketIo.Cluster;
using SocketIo.Cluster.Sessions;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Backplanes;

/// <summary>A namespace on a backplane on Redis.</summary>
internal abstract class RedisLink(RedisBackplane backplane, string namespaceName, INodeReceiver? receiver)
    : NamespaceLink, ISessionLink<RedisSession>
{
    // What is sent together: enough that the way to Redis and back does not count, and little beside the messages themselves.
    private const int MaxBatch = 256 * 1024;

    // Redis Cluster and streams have several connections that receive; a receiver takes one message at a time
    private readonly Lock _receiving = new();
    private RespWriter _commands = new(); // by SendAsync, which is called by one at a time

    /// <summary>The name, with its slash.</summary>
    public string Namespace => namespaceName;

    protected RedisBackplane Backplane => backplane;

    /// <summary>Null for an emitter.</summary>
    protected INodeReceiver? Receiver => receiver;

    /// <summary>The session, which is there whenever the backplane is connected.</summary>
    protected RedisSession Session => backplane.Session ?? throw new InvalidOperationException("Redis is away.");

    public sealed override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (receiver is not null)
            await backplane.AddAsync(this, cancellationToken).ConfigureAwait(false);
    }

    public sealed override async ValueTask SendAsync(ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken)
    {
        for (var start = 0; start < messages.Length;)
        {
            // an emitter's caller hears that Redis is away
            var session = receiver is null ? Session : await backplane.GetSessionAsync(cancellationToken).ConfigureAwait(false);
            var node = await session.GetAsync(GetKey(messages.Span[start])).ConfigureAwait(false);
            start += await SendAsync(session, node, messages[start..], cancellationToken).ConfigureAwait(false);
        }
    }

    public override ValueTask DisposeAsync()
    {
        backplane.Remove(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Begins to receive in a new session.</summary>
    public abstract Task SubscribeAsync(RedisSession session);

    /// <summary>Ends receiving.</summary>
    public abstract void Unsubscribe(RedisSession session);

    /// <summary>The channel or stream that decides which master a message goes to; null where it is the same for all.</summary>
    protected abstract string? GetKey(ClusterMessage message);

    /// <summary>Writes the one command that sends a message.</summary>
    public abstract void Write(ClusterMessage message, RespWriter commands);

    /// <summary>Whether a message may be on its way before the one before it is answered.</summary>
    protected virtual bool CanFollow(ClusterMessage previous, ClusterMessage next) => true;

    /// <summary>Makes what takes the answers.</summary>
    protected virtual CommandBatch CreateBatch(RespWriter commands) => new(commands);

    /// <summary>A batch has got some answers, and gets no more.</summary>
    protected virtual void OnAnswered(CommandBatch batch)
    {
    }

    /// <summary>Finds out what became of commands that were not answered before the session ended.</summary>
    /// <returns>How many of the messages were taken; the rest is sent again.</returns>
    /// <exception cref="Exception">That cannot be found out.</exception>
    protected virtual async Task<int> RecoverAsync(
        RedisNode node, CommandBatch batch, ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken)
    {
        await batch.Done.ConfigureAwait(false);
        return messages.Length;
    }

    /// <summary>Gives a message to the namespace.</summary>
    protected void Receive(ClusterMessage message)
    {
        lock (_receiving)
            receiver!.Receive(message);
    }

    /// <summary>Tells of a message that cannot be read.</summary>
    protected void ReportMalformed(string reason)
    {
        lock (_receiving)
            receiver!.ReportMalformed(reason);
    }

    /// <summary>Tells of entries that are lost.</summary>
    protected void ReportGap()
    {
        lock (_receiving)
            receiver!.ReceiveGap();
    }

    // Sends the first of the messages that go to the same master; says how many.
    private async Task<int> SendAsync(
        RedisSession session, RedisNode node, ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken)
    {
        var commands = _commands;
        commands.Clear();
        messages = messages[..Fill(session, node, messages.Span, commands)];
        var batch = CreateBatch(commands);
        try
        {
            await node.SendAsync(batch).WaitAsync(cancellationToken).ConfigureAwait(false);
            OnAnswered(batch);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            session.End(exception);
            OnAnswered(batch);
            _commands = new RespWriter();
            return await RecoverAsync(node, batch, messages, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (index, reason) in batch.Refusals)
            await RetryAsync(session, node, messages.Span[index], reason, cancellationToken).ConfigureAwait(false);
        return messages.Length;
    }

    private int Fill(RedisSession session, RedisNode node, ReadOnlySpan<ClusterMessage> messages, RespWriter commands)
    {
        var count = 0;
        do
        {
            Write(messages[count++], commands);
        }
        while (count < messages.Length && commands.Written.Length < MaxBatch
            && CanFollow(messages[count - 1], messages[count]) && IsFor(session, node, messages[count]));
        return count;
    }

    // what goes to another master waits, so that it does not overtake
    private bool IsFor(RedisSession session, RedisNode node, ClusterMessage message) =>
        !backplane.Servers.IsCluster
        || (session.GetAsync(GetKey(message)) is { IsCompletedSuccessfully: true } found && found.Result == node);

    // In Redis Cluster a slot may have moved; the command was not carried out then.
    private async Task RetryAsync(
        RedisSession session, RedisNode node, ClusterMessage message, RespException reason, CancellationToken cancellationToken)
    {
        var commands = new RespWriter();
        Write(message, commands);
        var refused = await session.RetryAsync(node, GetKey(message), commands, reason, cancellationToken).ConfigureAwait(false);
        if (refused is not null)
            receiver?.ReportRefused(message, refused.Message);
    }
}
