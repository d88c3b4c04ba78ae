using System.Globalization;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;
using StackExchange.Redis;

namespace SocketIo.Redis.Streams;

/// <summary>
/// A stream that JavaScript programs write to and no JavaScript server reads. Its entries are moved to the streams of their namespaces, which
/// all servers read: so they have a place in the one order, and clients recover them. Every server of ours tries to; each entry is moved once.
/// Who moves an entry has moved all before it, or knows that they were: so a server that comes begins where the others are, not at the newest.
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

    // What is older when a server comes was written while there was none: nobody waits for it any more.
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(30);

    // Up to where all entries were moved, in this stream's slot of a Redis Cluster.
    private readonly string _done = name.Contains('{', StringComparison.Ordinal) ? $"{name}:moved" : $"{{{name}}}:moved";

    private readonly StreamTail _tail = new(name, options, host.Time);
    private readonly Lock _sync = new();
    private RedisSession? _session;           // guarded by _sync
    private Task _begun = Task.CompletedTask; // of that session; guarded by _sync
    private bool _hasPlace;

    /// <summary>Begins to move, once in each session, and again when it failed. When the task has completed, what is written from then on is moved.</summary>
    public Task BeginAsync(RedisSession session)
    {
        lock (_sync)
        {
            if (_session != session || _begun.IsFaulted)
                (_session, _begun) = (session, StartAsync(session));
            return _begun;
        }
    }

    private async Task StartAsync(RedisSession session)
    {
        try
        {
            if (!_hasPlace)
                await FindPlaceAsync(session).ConfigureAwait(false);
            _hasPlace = true;
            if (await _tail.PrepareAsync(session).ConfigureAwait(false))
                reportGap();
            session.Run(_tail.RunAsync(session, MoveAsync, reportGap));
        }
        catch (Exception refused) when (IsForGood(refused))
        {
            Log.StrayRefused(host.Logger, name, refused.Message);
        }
    }

    private static bool IsForGood(Exception refused) => refused switch
    {
        RespException own => !RedisSession.IsPassing(own),
        RedisServerException ofLibrary => !RedisSession.IsPassing(new RespException(ofLibrary.Message)),
        _ => false,
    };

    private async Task FindPlaceAsync(RedisSession session)
    {
        var node = await session.GetAsync(name).ConfigureAwait(false);
        var newest = await _tail.GetNewestAsync(node).ConfigureAwait(false);

        // the first server of all: what was before is nobody's
        await node.AskAsync(static reply => reply.Read(), "SET", _done, newest.ToString(), "NX").ConfigureAwait(false);
        var now = await node.AskAsync(ReadTime, "TIME").ConfigureAwait(false);
        var oldest = new StreamOffset(now - (ulong)MaxLag.TotalMilliseconds, 0);
        var done = StreamOffset.TryParse(await node.AskAsync(static reply => reply.ReadString(), "GET", _done).ConfigureAwait(false), out var place) ? place : oldest;
        await _tail.BeginBehindAsync(node, done.CompareTo(oldest) > 0 ? done : oldest).ConfigureAwait(false);
    }

    private async ValueTask MoveAsync(StreamEntry entry)
    {
        if (entry.Namespace is not null)
            await TryMoveAsync(entry.Namespace, entry).ConfigureAwait(false);

        // when it gets lost, some are tried once more
        await servers.Database.StringSetAsync(_done, entry.Offset, flags: CommandFlags.FireAndForget).ConfigureAwait(false);
    }

    private async Task TryMoveAsync(string namespaceName, StreamEntry entry)
    {
        var stream = StreamNames.Of(namespaceName, options);
        try
        {
            await servers.Database.ScriptEvaluateAsync(MoveScript, [stream, KeyOf(stream)], [entry.Offset, options.MaxLength, .. FieldsOf(entry)]).ConfigureAwait(false);
        }
        catch (RedisServerException refused) when (IsForGood(refused))
        {
            Log.StrayRefused(host.Logger, name, refused.Message);
        }
    }

    // Both keys are in one slot of a Redis Cluster: what stands in braces says which.
    private string KeyOf(string stream) => stream.Contains('{', StringComparison.Ordinal) ? $"{stream}:moved:{name}" : $"{{{stream}}}:moved:{name}";

    // seconds and microseconds
    private static ulong ReadTime(RespReader reply)
    {
        reply.ReadList();
        return ulong.Parse(reply.ReadText(), CultureInfo.InvariantCulture) * 1000;
    }

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
