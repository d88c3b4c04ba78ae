using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>Appends without keys. All of them are stored, so that they are counted here; the server gives where to count from.</summary>
internal sealed class PlainAppendCommand(IReadOnlyList<AppendEvent> appends) : AppendCommand
{
    private readonly Dictionary<TopicName, Group> _groups = [];
    private Dictionary<long, Group> _byId = [];

    public override IEnumerable<TopicName> Topics => appends.Select(static one => one.Topic);

    public override IReadOnlyList<AppendEvent> Homeless =>
        [.. _groups.Values.Where(static one => !one.IsStored).SelectMany(static one => one.Appends)];

    public override NpgsqlBatchCommand ToCommand(PostgresDatabase database, long now, IReadOnlyDictionary<TopicName, long> ids)
    {
        var (topics, numbers, totals) = Count(ids);
        _byId = _groups.Values.ToDictionary(static one => one.Id);
        return NewCommand(
            $"SELECT * FROM {database.Schema}.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            Parameters.Text(database.Channel),
            Parameters.Number(now),
            Parameters.Numbers([.. _groups.Values.Select(static one => one.Id)]),
            Parameters.Numbers([.. _groups.Values.Select(static one => (long)one.Appends.Count)]),
            Parameters.Numbers([.. _groups.Values.Select(static one => one.Bytes)]),
            Parameters.Numbers(topics),
            Parameters.Numbers(numbers),
            Parameters.Numbers(totals),
            JsonOf(appends),
            AttachmentsOf(appends));
    }

    public override async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            _byId[reader.GetInt64(0)].Store(reader.GetInt64(1));
    }

    private (long[] Topics, long[] Numbers, long[] Totals) Count(IReadOnlyDictionary<TopicName, long> ids)
    {
        _groups.Clear();
        var (topics, numbers, totals) = (new long[appends.Count], new long[appends.Count], new long[appends.Count]);
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            if (!_groups.TryGetValue(append.Topic, out var group))
                _groups.Add(append.Topic, group = new Group(ids[append.Topic]));
            group.Add(append);
            (topics[i], numbers[i], totals[i]) = (group.Id, group.Appends.Count, group.Bytes);
        }
        return (topics, numbers, totals);
    }

    /// <summary>Those of one topic.</summary>
    private sealed class Group(long id)
    {
        public long Id => id;

        public List<AppendEvent> Appends { get; } = [];

        public long Bytes { get; private set; }

        public bool IsStored { get; private set; }

        public void Add(AppendEvent append)
        {
            Appends.Add(append);
            Bytes += StoredEvent.SizeOf(append.Data);
        }

        public void Store(long last)
        {
            IsStored = true;
            foreach (var append in Appends)
                (append.Sequence, append.IsDuplicate) = (++last, false);
        }
    }
}
