using System.Text.Json;
using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>
/// Appends to one topic, without keys and attachments: what most batches of a busy server are. The same as the function "append" does, as one
/// statement without arrays of what is the same for all.
/// </summary>
internal sealed class OneTopicAppendCommand(IReadOnlyList<AppendEvent> appends) : AppendCommand
{
    private bool _isStored;

    public static bool Takes(IReadOnlyList<AppendEvent> appends)
    {
        foreach (var append in appends)
        {
            if (append.Topic != appends[0].Topic || append.Data.HasAttachments)
                return false;
        }
        return true;
    }

    public override IEnumerable<TopicName> Topics => [appends[0].Topic];

    public override IReadOnlyList<AppendEvent> Homeless => _isStored ? [] : appends;

    public override NpgsqlBatchCommand ToCommand(PostgresDatabase database, long now, IReadOnlyDictionary<TopicName, long> ids)
    {
        var (numbers, totals) = Count();
        return NewCommand(
            database.AppendToOne,
            Parameters.Number(ids[appends[0].Topic]),
            Parameters.Number(appends.Count),
            Parameters.Number(totals[^1]),
            Parameters.Number(now),
            Parameters.Numbers(numbers),
            Parameters.Numbers(totals),
            JsonOf(appends),
            Parameters.Text(database.Channel),
            Parameters.Text(NewsOf(appends[0].Topic)));
    }

    public override async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        _isStored = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!_isStored)
            return;
        var last = reader.GetInt64(0);
        foreach (var append in appends)
            (append.Sequence, append.IsDuplicate) = (++last, false);
    }

    /// <summary>What the function "tell" writes, up to the last sequence.</summary>
    private static string NewsOf(TopicName topic) => $"[[\"{JsonEncodedText.Encode(topic.Namespace)}\",\"{JsonEncodedText.Encode(topic.Name)}\",";

    // of each event its number from 1, and the bytes up to it
    private (long[] Numbers, long[] Totals) Count()
    {
        var (numbers, totals) = (new long[appends.Count], new long[appends.Count]);
        var total = 0L;
        for (var i = 0; i < totals.Length; i++)
            (numbers[i], totals[i]) = (i + 1, total += StoredEvent.SizeOf(appends[i].Data));
        return (numbers, totals);
    }
}
