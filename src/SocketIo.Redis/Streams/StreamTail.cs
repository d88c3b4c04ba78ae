using System.Globalization;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Streams;

/// <summary>
/// Reads a stream to its end and on, entry by entry, without gaps over all sessions. It has a connection of its own, which waits in
/// Redis for the next entry.
/// </summary>
internal sealed class StreamTail(string name, RedisStreamsOptions options, TimeProvider time)
{
    private readonly Lock _sync = new();
    private readonly HashSet<StreamsLink> _waiting = []; // guarded by _sync
    private StreamOffset? _position;                  // null before the first session; guarded by _sync

    public string Name => name;

    /// <summary>How far the stream was read.</summary>
    public StreamOffset Position
    {
        get
        {
            lock (_sync)
                return _position ?? StreamOffset.Beginning;
        }
    }

    /// <summary>Where the first session begins instead of at the newest entry: with those behind a place, of which there may be none.</summary>
    public async Task BeginBehindAsync(RedisNode node, StreamOffset place)
    {
        var last = await GetLastAsync(node, place.ToString()).ConfigureAwait(false);
        lock (_sync)
            _position ??= last;
    }

    /// <summary>Finds out where to go on.</summary>
    /// <returns>Whether entries are lost that were to be read.</returns>
    public async Task<bool> PrepareAsync(RedisSession session)
    {
        var node = await session.GetAsync(name).ConfigureAwait(false);
        var newest = await GetNewestAsync(node).ConfigureAwait(false);
        StreamOffset position;
        lock (_sync)
        {
            position = _position ??= newest;
            // the stream was deleted, or Redis lost it
            if (newest.CompareTo(position) < 0)
            {
                _position = StreamOffset.Beginning;
                return true;
            }
        }
        return newest != position && !await ExistsAsync(node, position).ConfigureAwait(false);
    }

    /// <summary>Whether a place was not read yet; the link is told when the reading has gone on.</summary>
    public bool IsAhead(StreamOffset offset, StreamsLink link)
    {
        lock (_sync)
        {
            if (offset.CompareTo(Position) <= 0)
                return false;
            _waiting.Add(link);
            return true;
        }
    }

    /// <summary>Reads until the session ends.</summary>
    /// <param name="session">The session, which ends with the reading.</param>
    /// <param name="receive">Gets the entries in their order.</param>
    /// <param name="reportGap">Told when entries before the next ones are lost.</param>
    public async Task RunAsync(RedisSession session, Func<StreamEntry, ValueTask> receive, Action reportGap)
    {
        try
        {
            var endpoint = (await session.GetAsync(name).ConfigureAwait(false)).Endpoint;
            var node = await RedisNode.OpenAsync(endpoint, null, time, session.Ending).ConfigureAwait(false);
            await using var closing = node.ConfigureAwait(false);
            for (var isBehind = false; ;)
            {
                var entries = await ReadAsync(node, session.Ending).ConfigureAwait(false);
                // what is read slower than it is written may be cut off in the meantime
                if (isBehind && !await ExistsAsync(node, Position).ConfigureAwait(false))
                    reportGap();
                foreach (var entry in entries)
                {
                    await receive(entry).ConfigureAwait(false);
                    MoveTo(StreamOffset.Parse(entry.Offset));
                }
                isBehind = entries.Count == options.ReadCount;
            }
        }
        catch (Exception exception)
        {
            session.End(exception);
        }
    }

    private void MoveTo(StreamOffset position)
    {
        StreamsLink[] waiting;
        lock (_sync)
        {
            _position = position;
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        foreach (var link in waiting)
            link.Advance();
    }

    /// <summary>Reads what is behind a place, now; null when there was something that is cut off.</summary>
    public async Task<List<StreamEntry>?> ReadBehindAsync(RedisNode node, StreamOffset position)
    {
        var entries = await node.AskAsync(ReadEntries, "XRANGE", name, position.ToString(), "+").ConfigureAwait(false);
        if (position == StreamOffset.Beginning)
            return entries;
        // the stream may also be gone as a whole, and have begun anew
        var newest = await GetNewestAsync(node).ConfigureAwait(false);
        if (newest.CompareTo(position) < 0)
            return [];
        return entries is [var first, ..] && first.Offset == position.ToString() ? entries[1..] : null;
    }

    private async Task<List<StreamEntry>> ReadAsync(RedisNode node, CancellationToken ending)
    {
        var reading = node.AskAsync(
            ReadStreams,
            "XREAD", "COUNT", Text(options.ReadCount), "BLOCK", Text((long)options.BlockTime.TotalMilliseconds), "STREAMS", name, Position.ToString());
        return await reading.WaitAsync(options.BlockTime + options.ResponseTimeout, time, ending).ConfigureAwait(false);
    }

    /// <summary>The newest entry; the beginning when there is none.</summary>
    public Task<StreamOffset> GetNewestAsync(RedisNode node) => GetLastAsync(node, "+");

    private async Task<StreamOffset> GetLastAsync(RedisNode node, string upTo)
    {
        var entries = await node.AskAsync(ReadEntries, "XREVRANGE", name, upTo, "-", "COUNT", "1").ConfigureAwait(false);
        return entries is [var newest] ? StreamOffset.Parse(newest.Offset) : StreamOffset.Beginning;
    }

    // the entry at a position is cut off before any behind it; before the first entry there is none
    private async Task<bool> ExistsAsync(RedisNode node, StreamOffset position)
    {
        var id = position.ToString();
        return position == StreamOffset.Beginning
            || (await node.AskAsync(ReadEntries, "XRANGE", name, id, id).ConfigureAwait(false)).Count > 0;
    }

    // null when nothing came in time; else a list of streams, each a name and its entries
    private static List<StreamEntry> ReadStreams(RespReader reply)
    {
        if (reply.Read() == RespKind.Null)
            return [];
        reply.ReadList();
        reply.ReadText();
        return ReadEntries(reply);
    }

    /// <summary>Reads a list of entries.</summary>
    public static List<StreamEntry> ReadEntries(RespReader reply)
    {
        var count = reply.ReadList();
        var entries = new List<StreamEntry>(count);
        for (var i = 0; i < count; i++)
            entries.Add(StreamEntry.Read(ref reply));
        return entries;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
