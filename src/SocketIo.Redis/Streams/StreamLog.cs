using System.Runtime.CompilerServices;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;
using SocketIo.Redis.Connections;
using StackExchange.Redis;
using Entry = StackExchange.Redis.StreamEntry;

namespace SocketIo.Redis.Streams;

/// <summary>The broadcasts of a namespace in its stream, and sessions as keys. Needs Redis 6.2: ranges that exclude their start.</summary>
internal sealed class StreamLog(RedisServers servers, RedisStreamsOptions options, string stream, string namespaceName) : ClusterLog
{
    // as many as Redis gives in a few milliseconds
    private const int PageSize = 1000;

    // All three: the session's key, and a key beside it with the generation below which nothing is saved.
    private const string SaveScript = """
        local newest = redis.call('GET', KEYS[2])
        if newest and tonumber(newest) > tonumber(ARGV[1]) then return 0 end
        redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
        redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
        return 1
        """;

    private const string TakeScript = """
        local session = redis.call('GET', KEYS[1])
        if not session then return nil end
        redis.call('DEL', KEYS[1])
        if redis.call('EXISTS', KEYS[2]) == 1 then return {session, redis.call('INCR', KEYS[2])} end
        return {session, 0}
        """;

    private const string RemoveScript = """
        local newest = redis.call('GET', KEYS[2])
        if newest and tonumber(newest) > tonumber(ARGV[1]) then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
        return 1
        """;

    public override bool IsOffset(string text) => StreamOffset.TryParse(text, out _);

    public override int Compare(string first, string second) => StreamOffset.Parse(first).CompareTo(StreamOffset.Parse(second));

    public override async ValueTask<string> GetNewestAsync(CancellationToken cancellationToken)
    {
        var newest = await servers.Database.StreamRangeAsync(stream, count: 1, messageOrder: Order.Descending)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        return newest is [var entry] ? entry.Id.ToString() : StreamOffset.Beginning.ToString();
    }

    public override async IAsyncEnumerable<ClusterMessage> ReadAsync(string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var position = StreamOffset.Parse(after); ;)
        {
            var entries = await ReadPageAsync(position).WaitAsync(cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                if (TryRead(entry) is { } broadcast)
                    yield return broadcast;
            }
            if (entries.Length < PageSize)
                yield break;
            position = StreamOffset.Parse(entries[^1].Id.ToString());
        }
    }

    public override async ValueTask SaveAsync(StoredSession session, TimeSpan keep, CancellationToken cancellationToken)
    {
        await RunAsync(SaveScript, session.Pid, [session.Generation, Milliseconds(keep), SessionFormat.Write(session)], cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<StoredSession?> FindAsync(string pid, CancellationToken cancellationToken)
    {
        var value = await servers.Database.StringGetAsync(options.SessionKeyPrefix + pid).WaitAsync(cancellationToken).ConfigureAwait(false);
        return value.IsNull ? null : SessionFormat.TryRead(value!);
    }

    public override async ValueTask<StoredSession?> TakeAsync(string pid, CancellationToken cancellationToken)
    {
        // clients send it
        if (pid.AsSpan().ContainsAny('{', '}'))
            return null;
        var result = await RunAsync(TakeScript, pid, [], cancellationToken).ConfigureAwait(false);
        if (result.IsNull || SessionFormat.TryRead((string)result[0]!) is not { } session)
            return null;

        // a JavaScript node that had the client in between has saved it without a generation
        return session with { Generation = Math.Max(session.Generation, (int)result[1] - 1) };
    }

    public override async ValueTask RemoveAsync(string pid, int generation, TimeSpan keep, CancellationToken cancellationToken) =>
        await RunAsync(RemoveScript, pid, [generation, Milliseconds(keep)], cancellationToken).ConfigureAwait(false);

    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds);

    // Both keys are in one slot of a Redis Cluster: what stands in braces says which.
    private Task<RedisResult> RunAsync(string script, string pid, RedisValue[] values, CancellationToken cancellationToken)
    {
        var key = options.SessionKeyPrefix + pid;
        var beside = key.Contains('{', StringComparison.Ordinal) ? key + ":generation" : $"{{{key}}}:generation";
        return servers.Database.ScriptEvaluateAsync(script, [key, beside], values).WaitAsync(cancellationToken);
    }

    // The entry at the position is asked for last: entries are cut off from the beginning, so as long as it is there nothing behind is gone.
    private async Task<Entry[]> ReadPageAsync(StreamOffset position)
    {
        var (database, id) = (servers.Database, position.ToString());
        var page = database.StreamRangeAsync(stream, $"({id}", count: PageSize);
        var there = position == StreamOffset.Beginning ? null : database.StreamRangeAsync(stream, id, id);
        var entries = await page.ConfigureAwait(false);
        if (there is not null && (await there.ConfigureAwait(false)).Length == 0)
            throw new EntryGoneException(id);
        if (there is null && entries.Length > 0 && await IsCutAsync(database).ConfigureAwait(false))
            throw new EntryGoneException(id);
        return entries;
    }

    // before the first entry: whether it still is the first
    private async Task<bool> IsCutAsync(IDatabase database) => await database.StreamLengthAsync(stream).ConfigureAwait(false) >= options.MaxLength;

    private ClusterMessage? TryRead(Entry entry)
    {
        if (entry["nsp"] != namespaceName || entry["type"] != (int)MessageType.Broadcast)
            return null;
        byte[]? data = entry["data"];
        var read = new StreamEntry(entry.Id.ToString(), entry["uid"], namespaceName, (int)MessageType.Broadcast, data);
        return read.TryRead(out var message, out _) && message.Offset is not null ? message : null;
    }
}
