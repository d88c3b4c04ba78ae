using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Topics;

/// <summary>Sends calls to their masters: those for one master together and in their order.</summary>
internal sealed class RedisPipeline(RedisServers servers, TopicSessions sessions)
{
    // A slot that moves: for a moment its masters may both say that it is at the other.
    private const int MaxRedirects = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Completes when all calls were carried out.</summary>
    /// <exception cref="RespException">Redis refused one.</exception>
    public async Task RunAsync(RedisSession session, IReadOnlyList<RedisCall> calls, CancellationToken cancellationToken)
    {
        var batches = await GroupAsync(session, calls).WaitAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(batches.Select(static batch => batch.SendAsync())).WaitAsync(cancellationToken).ConfigureAwait(false);
        foreach (var batch in batches)
        {
            foreach (var call in batch.Calls)
            {
                if (call.Refusal is not null)
                    await RetryAsync(session, batch.Node, call, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<IReadOnlyCollection<CallBatch>> GroupAsync(RedisSession session, IReadOnlyList<RedisCall> calls)
    {
        if (!servers.IsCluster)
            return [new CallBatch(session.Main, calls)];
        var groups = new Dictionary<RedisNode, List<RedisCall>>();
        foreach (var call in calls)
        {
            var node = await sessions.GetAsync(session, call.Key).ConfigureAwait(false);
            if (!groups.TryGetValue(node, out var group))
                groups.Add(node, group = []);
            group.Add(call);
        }
        return [.. groups.Select(static group => new CallBatch(group.Key, group.Value))];
    }

    /// <summary>Sends a refused call again where it is to go by now.</summary>
    private async Task RetryAsync(RedisSession session, RedisNode node, RedisCall call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; call.Refusal is { } reason; attempt++)
        {
            if (RedisSession.IsPassing(reason))
                session.End(reason);
            if (attempt == MaxRedirects || !await TryPrepareAsync(node, reason).ConfigureAwait(false))
            {
                if (RedisTopicErrors.IsOfKey(reason) && call.TryFail(RedisTopicErrors.Translate(reason, "write")))
                    return;
                throw reason;
            }
            if (attempt > 1)
                await Task.Delay(FirstPause * Math.Pow(2, attempt - 2), session.Ending).ConfigureAwait(false);
            var isAsking = reason.Code == "ASK";
            node = isAsking
                ? await session.GetAsync(node.Endpoint with { Address = RedisServers.ParseTarget(reason, node.Endpoint) }).ConfigureAwait(false)
                : await sessions.GetAsync(session, call.Key).ConfigureAwait(false);
            await new CallBatch(node, [call], isAsking).SendAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the next attempt may succeed.</summary>
    private async Task<bool> TryPrepareAsync(RedisNode node, RespException reason)
    {
        if (reason.Code == "NOSCRIPT")
            await TopicSessions.LoadAsync(node).ConfigureAwait(false);
        return reason.Code is "NOSCRIPT" or "ASK" or "TRYAGAIN" || servers.Redirect(reason, node.Endpoint);
    }
}
