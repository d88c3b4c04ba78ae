using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;
using StackExchange.Redis;

namespace SocketIo.Redis.Streams;

/// <summary>
/// A stream that JavaScript programs write to and no JavaScript server reads. Its entries are moved to the streams of their namespaces, which
/// all servers read: so they have a place in the one order, and clients recover them. Every server of ours tries to; each entry is moved once.
/// </summary>
/// <param name="name">The stream's name.</param>
/// <param name="servers">Carries out the script.</param>
/// <param name="options">The options.</param>
/// <param name="host">For the log and the clock.</param>
/// <param name="reportGap">Told when entries are lost that were to be moved.</param>
internal sealed class StrayStream(string name, RedisServers servers, RedisStreamsOptions options, RedisHost host, Action reportGap)
{
    // Keys: the namespace's stream, and how far this one was moved there. Arguments: the entry's id, the length to keep, the entry's fields.
    private const string MoveScript = """
        local function parts(id)
            local time, sequence = string.match(id, '^(%d+)-(%d+)$')
            return tonumber(time), tonumber(sequence)
        end
        local moved = redis.call('GET', KEYS[2])
        if moved then
            local time, sequence = parts(ARGV[1])
            local lastTime, last = parts(moved)
            if time < lastTime or time == lastTime and sequence <= last then return 0 end
        end
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, 3))
        redis.call('SET', KEYS[2], ARGV[1])
        return 1
        """;

    private readonly StreamTail _tail = new(name, options, host.Time);
    private readonly Lock _sync = new();
    private RedisSession? _session;           // guarded by _sync
    private Task _begun = Task.CompletedTask; // of that session; guarded by _sync

    /// <summary>Begins to move, once in each session. When the task has completed, what is written from then on is moved.</summary>
    public Task BeginAsync(RedisSession session)
    {
        lock (_sync)
        {
            if (_session != session)
                (_session, _begun) = (session, StartAsync(session));
            return _begun;
        }
    }

    private async Task StartAsync(RedisSession session)
    {
        try
        {
            if (await _tail.PrepareAsync(session).ConfigureAwait(false))
                reportGap();
            session.Run(_tail.RunAsync(session, MoveAsync, reportGap));
        }
        catch (RespException refused) when (!RedisSession.IsPassing(refused))
        {
            Log.StrayRefused(host.Logger, name, refused.Message);
        }
    }

    private async ValueTask MoveAsync(StreamEntry entry)
    {
        if (entry.Namespace is null)
            return;
        var stream = StreamNames.Of(entry.Namespace, options);
        try
        {
            await servers.Database.ScriptEvaluateAsync(MoveScript, [stream, KeyOf(stream)], [entry.Offset, options.MaxLength, .. FieldsOf(entry)]).ConfigureAwait(false);
        }
        catch (RedisServerException refused) when (!RedisSession.IsPassing(new RespException(refused.Message)))
        {
            Log.StrayRefused(host.Logger, name, refused.Message);
        }
    }

    // Both keys are in one slot of a Redis Cluster: what stands in braces says which.
    private string KeyOf(string stream) => stream.Contains('{', StringComparison.Ordinal) ? $"{stream}:moved:{name}" : $"{{{stream}}}:moved:{name}";

    private static IEnumerable<RedisValue> FieldsOf(StreamEntry entry)
    {
        yield return "uid";
        yield return entry.Uid ?? "";
        yield return "nsp";
        yield return entry.Namespace;
        yield return "type";
        yield return entry.Type;
        if (entry.Data.IsEmpty)
            yield break;
        yield return "data";
        yield return entry.Data;
    }
}
