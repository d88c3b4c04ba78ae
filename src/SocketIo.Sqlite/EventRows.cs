using Microsoft.Data.Sqlite;
using SocketIo.Cluster;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>The events. A topic's row tells what is in the table, and is changed with it.</summary>
internal sealed class EventRows(SqliteConnection connection) : IDisposable
{
    private readonly Statement _insert = new(connection, "INSERT INTO events VALUES ($0, $1, $2, $3, $4, $5, $6)");
    private readonly Statement _high = new(connection, "SELECT at + behind FROM events WHERE topic = $0 AND sequence = $1");
    private readonly Statement _total = new(connection, "SELECT total FROM events WHERE topic = $0 AND sequence = $1");
    private readonly Statement _scan = new(connection, """
        SELECT sequence, at, total FROM events WHERE topic = $0 AND sequence BETWEEN $1 AND $2 ORDER BY sequence
        """);
    private readonly Statement _delete = new(connection, "DELETE FROM events WHERE topic = $0 AND sequence BETWEEN $1 AND $2");

    public long Append(TopicRow topic, in PacketData data, long now)
    {
        topic.Last++;
        topic.Total += StoredEvent.SizeOf(data);
        topic.High = Math.Max(topic.High, now);
        _insert.Run(topic.Id, topic.Last, now, topic.High - now, topic.Total, BytesOf(data.Json), AttachmentBlob.Pack(data));
        return topic.Last;
    }

    /// <summary>The first event of a time or later, one behind the last if there is none; found by halving, see the schema.</summary>
    public long FirstSince(TopicRow topic, long time)
    {
        var (low, high) = (topic.First, topic.Last + 1);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (_high.Number(topic.Id, middle) >= time)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    /// <summary>The last event that the limits of age and bytes want deleted, among the first <see cref="TrimTopic.MaxDeleted"/>.</summary>
    public long LastToTrim(TopicRow topic, TrimTopic trim, long now)
    {
        var before = trim.StoredBefore?.ToUnixTimeMilliseconds() ?? long.MinValue;
        var keptTotal = trim.MaxBytes is { } bytes ? topic.Total - bytes : long.MinValue;
        var (last, previous, isOld) = (topic.First - 1, topic.Before, trim.StoredBefore is not null);
        using var reader = _scan.Query(topic.Id, topic.First, topic.First + trim.MaxDeleted - 1);
        while ((isOld || previous < keptTotal) && reader.Read())
        {
            var at = reader.GetInt64(1);

            // one from the future neither goes nor stays by itself: what follows decides
            isOld &= at < before || at > now;
            if ((isOld && at < before) || previous < keptTotal)
                last = reader.GetInt64(0);
            previous = reader.GetInt64(2);
        }
        return last;
    }

    /// <summary>Deletes the first events up to this one.</summary>
    public void Delete(TopicRow topic, long last)
    {
        topic.Before = last == topic.Last ? topic.Total : _total.Number(topic.Id, last)!.Value;
        _delete.Run(topic.Id, topic.First, last);
        topic.First = last + 1;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _high.Dispose();
        _total.Dispose();
        _scan.Dispose();
        _delete.Dispose();
    }

    // the driver takes arrays only
    private static byte[] BytesOf(ReadOnlyMemory<byte> memory) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();
}
