using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>Appends of which some have keys. The server knows which of them are stored, and counts.</summary>
internal sealed class KeyedAppendCommand : AppendCommand
{
    private readonly List<AppendEvent> _appends = [];

    // those whose key came before in the same batch, and the one with which it came
    private readonly List<(AppendEvent Append, AppendEvent First)> _repeated = [];
    private readonly bool[] _isDone;

    public KeyedAppendCommand(IEnumerable<AppendEvent> appends)
    {
        var keys = new Dictionary<(TopicName, string), AppendEvent>();
        foreach (var append in appends)
        {
            if (append.Key is null || keys.TryAdd((append.Topic, append.Key), append))
                _appends.Add(append);
            else
                _repeated.Add((append, keys[(append.Topic, append.Key)]));
        }
        _isDone = new bool[_appends.Count];
    }

    public override IEnumerable<TopicName> Topics => _appends.Select(static one => one.Topic);

    public override IReadOnlyList<AppendEvent> Homeless => [.. _appends.Where((_, i) => !_isDone[i]).SelectMany(WithRepeated)];

    public override NpgsqlBatchCommand ToCommand(PostgresDatabase database, long now, IReadOnlyDictionary<TopicName, long> ids) => NewCommand(
        $"SELECT * FROM {database.Schema}.append_keyed($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        Parameters.Text(database.Channel),
        Parameters.Number(now),
        Parameters.Numbers(Each(_appends, one => ids[one.Topic])),
        Parameters.Numbers(Each(_appends, static one => (long)StoredEvent.SizeOf(one.Data))),
        JsonOf(_appends),
        AttachmentsOf(_appends),
        Parameters.Texts(Each(_appends, static one => one.Key)),
        Parameters.Numbers(Each(_appends, static one => (long)one.Memory.Age.TotalMilliseconds)),
        Parameters.Numbers(Each(_appends, static one => one.Memory.Events)));

    public override async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var place = (int)reader.GetInt64(0) - 1;
            (_appends[place].Sequence, _appends[place].IsDuplicate) = (reader.GetInt64(1), reader.GetBoolean(2));
            _isDone[place] = true;
        }
        foreach (var (append, first) in _repeated)
            (append.Sequence, append.IsDuplicate) = (first.Sequence, true);
    }

    private IEnumerable<AppendEvent> WithRepeated(AppendEvent first) =>
        _repeated.Where(one => one.First == first).Select(static one => one.Append).Prepend(first);
}
