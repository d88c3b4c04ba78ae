using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>The topics. Those that are in use are kept, so that an append need not look for its topic.</summary>
internal sealed class TopicRows(SqliteConnection connection) : IDisposable
{
    // about 2 MB
    private const int MaxKept = 10_000;

    private readonly Dictionary<TopicName, TopicRow> _rows = [];
    private readonly List<TopicRow> _changed = [];

    private readonly Statement _find = new(connection, "SELECT id, uid, first, last, before, total, high FROM topics WHERE namespace = $0 AND name = $1");
    private readonly Statement _insert = new(connection, """
        INSERT INTO topics (uid, namespace, name, first, last, before, total, high) VALUES ($0, $1, $2, 1, 0, 0, 0, $3) RETURNING id
        """);
    private readonly Statement _update = new(connection, "UPDATE topics SET first = $1, last = $2, before = $3, total = $4, high = $5 WHERE id = $0");
    private readonly Statement _delete = new(connection, """
        DELETE FROM topics WHERE id = $0
            AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE topic = $0) AND NOT EXISTS (SELECT 1 FROM keys WHERE topic = $0)
        """);

    public TopicRow? Find(TopicName name)
    {
        if (_rows.TryGetValue(name, out var row))
            return row;
        using var reader = _find.Query(name.Namespace, name.Name);
        return reader.Read() ? Keep(name, Read(reader)) : null;
    }

    public TopicRow FindOrMake(TopicName name)
    {
        if (Find(name) is { } row)
            return row;
        var uid = Guid.NewGuid().ToString("N");
        return Keep(name, new TopicRow { Id = _insert.Number(uid, name.Namespace, name.Name, long.MinValue)!.Value, Uid = uid });
    }

    public void Change(TopicRow row)
    {
        if (row.IsChanged)
            return;
        row.IsChanged = true;
        _changed.Add(row);
    }

    /// <summary>Writes what was changed. Called once at the end of a transaction.</summary>
    public void Save()
    {
        foreach (var row in _changed)
        {
            _update.Run(row.Id, row.First, row.Last, row.Before, row.Total, row.High);
            row.IsChanged = false;
        }
        _changed.Clear();

        // not in between: a transaction has one object for each topic
        if (_rows.Count > MaxKept)
            _rows.Clear();
    }

    /// <summary>Removes a topic without events if it has no subscriptions and no keys either.</summary>
    public void RemoveUnused(TopicName name, TopicRow row)
    {
        if (row.First > row.Last && _delete.Run(row.Id) > 0)
            _rows.Remove(name);
    }

    /// <summary>The transaction was rolled back: what is in memory may be wrong.</summary>
    public void Forget()
    {
        _rows.Clear();
        _changed.Clear();
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _update.Dispose();
        _delete.Dispose();
    }

    private TopicRow Keep(TopicName name, TopicRow row) => _rows[name] = row;

    private static TopicRow Read(SqliteDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        Uid = reader.GetString(1),
        First = reader.GetInt64(2),
        Last = reader.GetInt64(3),
        Before = reader.GetInt64(4),
        Total = reader.GetInt64(5),
        High = reader.GetInt64(6),
    };
}
