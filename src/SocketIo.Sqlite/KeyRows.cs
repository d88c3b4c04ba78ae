using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>The keys of events, for as long as their topics remember them.</summary>
internal sealed class KeyRows(SqliteConnection connection) : IDisposable
{
    private readonly Statement _find = new(connection, "SELECT sequence, at FROM keys WHERE topic = $0 AND key = $1");
    private readonly Statement _set = new(connection, "INSERT OR REPLACE INTO keys VALUES ($0, $1, $2, $3)");
    private readonly Statement _firstYoung = new(connection, """
        SELECT sequence FROM keys INDEXED BY keys_by_sequence WHERE topic = $0 AND at > $1 ORDER BY sequence LIMIT 1
        """);
    private readonly Statement _delete = new(connection, "DELETE FROM keys WHERE topic = $0 AND sequence < $1");

    public long? Find(TopicRow topic, string key, in KeyMemory memory, DateTimeOffset now)
    {
        using var reader = _find.Query(topic.Id, key);
        if (!reader.Read())
            return null;
        var sequence = reader.GetInt64(0);
        return memory.Holds(sequence, DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), topic.Last, now) ? sequence : null;
    }

    public void Set(TopicRow topic, string key, long sequence, long now) => _set.Run(topic.Id, key, sequence, now);

    /// <summary>Deletes from the beginning up to the first that is remembered.</summary>
    public void Trim(TopicRow topic, in KeyMemory memory, DateTimeOffset now)
    {
        var limit = now.UtcTicks > memory.Age.Ticks ? (now - memory.Age).ToUnixTimeMilliseconds() : long.MinValue;
        var firstYoung = _firstYoung.Number(topic.Id, limit) ?? long.MaxValue;
        _delete.Run(topic.Id, Math.Max(firstYoung, topic.Last - memory.Events + 1));
    }

    public void Dispose()
    {
        _find.Dispose();
        _set.Dispose();
        _firstYoung.Dispose();
        _delete.Dispose();
    }
}
