using SocketIo.Redis.Connections;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>Executes batches: for each topic of a batch one script for its appends, one for its moves, and one for each other operation. One batch at a time.</summary>
internal sealed class TopicWriter(RedisTopicOptions options, TopicSessions sessions, TopicKeys keys, RedisPipeline pipeline)
{
    private const int MaxAttempts = 5;

    // calls that end a server's part in many topics travel in groups of so many
    private const int MaxGroup = 500;

    private readonly TopicIndex _index = new(keys, pipeline);

    /// <exception cref="TopicStoreException">Redis is away or refuses it. Whatever was carried out before stays.</exception>
    public async Task ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        var session = sessions.Current;
        var appends = AppendsOf(batch);
        try
        {
            await ExecuteAsync(session, batch, appends, cancellationToken).ConfigureAwait(false);
            if (options.Replicas > 0 && appends.Count > 0)
                await WaitForReplicasAsync(session, appends, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisTopicErrors.IsOf(exception, session))
        {
            throw RedisTopicErrors.Translate(exception, session, "write", appends.Any(static one => one.MayBeDone));
        }
    }

    private async Task ExecuteAsync(RedisSession session, TopicBatch batch, IReadOnlyList<AppendCall> appends, CancellationToken cancellationToken)
    {
        var operations = new OperationCalls(keys, _index, batch.Now);
        List<RedisCall> calls = [.. appends, .. MovesOf(batch)];
        var used = new List<(string Owner, TopicName Topic)>();
        foreach (var operation in batch.Others)
        {
            if (operation is RemoveOwner remove)
            {
                await RunAsync(session, calls, used, cancellationToken).ConfigureAwait(false);
                calls.Clear();
                used.Clear();
                await RemoveAsync(session, remove.Owner, operations, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                calls.Add(operations.Of(operation));
                if (UseOf(operation) is { } use)
                    used.Add(use);
            }
        }
        await RunAsync(session, calls, used, cancellationToken).ConfigureAwait(false);
        await RunAsync(session, [.. operations.Behind(batch.Others)], cancellationToken).ConfigureAwait(false);
    }

    private List<AppendCall> AppendsOf(TopicBatch batch)
    {
        var calls = new Dictionary<TopicName, AppendCall>();
        foreach (var append in batch.Appends)
        {
            if (!calls.TryGetValue(append.Topic, out var call))
                calls.Add(append.Topic, call = new AppendCall(keys, append.Topic, batch.Now));
            call.Add(append);
        }
        return [.. calls.Values];
    }

    private Dictionary<TopicName, MoveCall>.ValueCollection MovesOf(TopicBatch batch)
    {
        var calls = new Dictionary<TopicName, MoveCall>();
        foreach (var move in batch.Moves)
        {
            if (!calls.TryGetValue(move.Subscription.Topic, out var call))
                calls.Add(move.Subscription.Topic, call = new MoveCall(keys, move.Subscription.Topic));
            call.Moves.Add(move);
        }
        return calls.Values;
    }

    /// <summary>Carries out calls, and again those whose topic another server has removed.</summary>
    private async Task RunAsync(
        RedisSession session, List<RedisCall> calls, IReadOnlyCollection<(string Owner, TopicName Topic)> used, CancellationToken cancellationToken)
    {
        for (var attempt = 1; calls.Count > 0; attempt++)
        {
            var making = calls.OfType<IMakingCall>().ToArray();
            await _index.EnterAsync(session, making, used, cancellationToken).ConfigureAwait(false);
            await pipeline.RunAsync(session, calls, cancellationToken).ConfigureAwait(false);
            _index.Found(making.Where(static one => !one.IsHomeless).Select(static one => one.Topic));
            calls = [.. calls.Where(static call => call is IMakingCall { IsHomeless: true })];
            if (attempt == MaxAttempts && calls.Count > 0)
                throw new TopicStoreException("Redis does not keep the topics.") { MayBeStored = true };
            foreach (var call in calls.Cast<IMakingCall>())
                _index.Lost(call.Topic);
        }
    }

    /// <summary>What a server will have something of.</summary>
    private static (string Owner, TopicName Topic)? UseOf(TopicOperation operation) => operation switch
    {
        AttachSubscriber attach => (attach.Owner, attach.Subscription.Topic),
        ClaimEvents claim => (claim.Owner, claim.Subscription.Topic),
        _ => null,
    };

    /// <summary>Whatever a server has goes to others, or is detached. If this breaks off, the server is still known, and it is done again.</summary>
    private async Task RemoveAsync(RedisSession session, string owner, OperationCalls operations, CancellationToken cancellationToken)
    {
        foreach (var topic in await _index.FindTopicsAsync(session, owner, cancellationToken).ConfigureAwait(false))
        {
            var subscribers = new List<string>();
            await RunAsync(session, [operations.FindSubscribers(topic, owner, subscribers)], cancellationToken).ConfigureAwait(false);
            foreach (var group in subscribers.Chunk(MaxGroup))
                await RunAsync(session, [.. group.SelectMany(one => operations.RemoveOwner(new(topic, one), owner))], cancellationToken).ConfigureAwait(false);
        }
        await RunAsync(session, _index.Remove(owner), cancellationToken).ConfigureAwait(false);
    }

    private Task RunAsync(RedisSession session, RedisCall[] calls, CancellationToken cancellationToken) =>
        calls.Length == 0 ? Task.CompletedTask : pipeline.RunAsync(session, calls, cancellationToken);

    private async Task WaitForReplicasAsync(RedisSession session, IEnumerable<RedisCall> calls, CancellationToken cancellationToken)
    {
        var nodes = await Task.WhenAll(calls.Select(call => session.GetAsync(call.Key))).ConfigureAwait(false);
        foreach (var node in nodes.Distinct())
        {
            // half the time after which Redis counts as away: it says nothing else meanwhile
            var timeout = Numbers.Text((long)(options.ResponseTimeout / 2).TotalMilliseconds);
            var count = await node.AskAsync(static reply => reply.ReadNumber(), "WAIT", Numbers.Text(options.Replicas), timeout).WaitAsync(cancellationToken)
                .ConfigureAwait(false);
            if (count < options.Replicas)
                throw new TopicStoreException($"{count} replicas of Redis have it, of {options.Replicas} that must.") { MayBeStored = true };
        }
    }
}
