using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>A batch as commands that go to the server together, and what reads their results.</summary>
internal sealed class BatchPlan(PostgresDatabase database, DateTimeOffset now)
{
    private readonly long _now = now.ToUnixTimeMilliseconds();
    private readonly List<(NpgsqlBatchCommand Command, Func<NpgsqlDataReader, CancellationToken, Task> Read)> _steps = [];

    /// <summary>The transaction need not be on disk before it is done.</summary>
    public void AddRelaxed() => Add("set_config('synchronous_commit', 'off', true)", IgnoreAsync);

    public void Add(AppendCommand appends, IReadOnlyDictionary<TopicName, long> ids) =>
        _steps.Add((appends.ToCommand(database, _now, ids), appends.ReadAsync));

    public void Add(IReadOnlyList<MoveCursor> moves)
    {
        Add($"{database.Schema}.move($1, $2, $3, $4)", ReadAsync,
            Parameters.Texts([.. moves.Select(static one => one.Subscription.Topic.Namespace)]),
            Parameters.Texts([.. moves.Select(static one => one.Subscription.Topic.Name)]),
            Parameters.Texts([.. moves.Select(static one => one.Subscription.Subscriber)]),
            Parameters.Numbers([.. moves.Select(static one => one.To)]));

        async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
        {
            foreach (var move in moves)
                move.Cursor = null;
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                moves[(int)reader.GetInt64(0) - 1].Cursor = reader.GetInt64(1);
        }
    }

    public void Add(TopicOperation operation)
    {
        switch (operation)
        {
            case AttachSubscriber attach:
                Add(attach);
                break;
            case DetachSubscriber detach:
                AddOf(detach.Subscription, "detach($1, $2, $3, $4, $5, $6)", IgnoreAsync,
                    Parameters.Text(detach.Owner), Parameters.Number(_now), Parameters.Number(detach.Sent));
                break;
            case RemoveSubscription remove:
                AddOf(remove.Subscription, "remove($1, $2, $3, $4)",
                    First(reader => remove.IsRemoved = reader.GetBoolean(0)), Parameters.Number(remove.UnseenSince?.ToUnixTimeMilliseconds()));
                break;
            case ClaimEvents claim:
                AddOf(claim.Subscription, "claim($1, $2, $3, $4, $5)", (reader, cancellationToken) => ReadAsync(claim, reader, cancellationToken),
                    Parameters.Text(claim.Owner), Parameters.Small(claim.Max));
                break;
            case AcknowledgeClaims acknowledge:
                AddOf(acknowledge.Subscription, "acknowledge($1, $2, $3, $4)", IgnoreAsync, Parameters.Numbers([.. acknowledge.Sequences]));
                break;
            case ReleaseClaims release:
                AddOf(release.Subscription, "release($1, $2, $3, $4, $5, $6)", IgnoreAsync,
                    Parameters.Text(release.Owner), Parameters.Numbers([.. release.Keep]), Parameters.Text(database.Channel));
                break;
            case TrimTopic trim:
                Add(trim);
                break;
            case RenewOwner renew:
                Add($"{database.Schema}.renew($1, $2)", (reader, cancellationToken) => ReadAsync(renew, reader, cancellationToken),
                    Parameters.Text(renew.Owner), Parameters.Number(renew.Beat));
                break;
            case RemoveOwner remove:
                Add($"{database.Schema}.remove_owner($1, $2, $3)", IgnoreAsync,
                    Parameters.Text(database.Channel), Parameters.Text(remove.Owner), Parameters.Number(_now));
                break;
        }
    }

    public async Task ExecuteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var batch = new NpgsqlBatch(connection) { Timeout = (int)database.Options.CommandTimeout.TotalSeconds };
        foreach (var (command, _) in _steps)
            batch.BatchCommands.Add(command);

        // no trip to the server for those that are prepared
        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            foreach (var (_, read) in _steps)
            {
                await read(reader, cancellationToken).ConfigureAwait(false);
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static Task IgnoreAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads the first row, if there is one.</summary>
    private static Func<NpgsqlDataReader, CancellationToken, Task> First(Action<NpgsqlDataReader> read) => async (reader, cancellationToken) =>
    {
        if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            read(reader);
    };

    private static async Task ReadAsync(ClaimEvents claim, NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        List<EventClaim>? claims = null;
        var missed = new List<SequenceRange>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            // see the function
            claims ??= [];
            if (reader.GetInt32(0) == 1)
                SequenceRange.Add(missed, new(reader.GetInt64(1), reader.GetInt64(2)));
            else if (reader.GetInt32(0) == 2)
                claims.Add(new(reader.GetInt64(1), (int)reader.GetInt64(2)));
        }
        (claim.Claims, claim.Missed) = (claims, missed);
    }

    private static async Task ReadAsync(RenewOwner renew, NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var owners = new List<OwnerBeat>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            renew.IsNew = reader.GetBoolean(0);
            owners.Add(new(reader.GetString(1), reader.GetInt64(2)));
        }
        renew.Owners = owners;
    }

    private void Add(AttachSubscriber attach)
    {
        var start = attach.Start;
        AddOf(attach.Subscription, "attach($1, $2, $3, $4, $5, $6, $7, $8)",
            First(reader =>
            {
                attach.IsOtherKind = reader.GetBoolean(0) != attach.IsShared;
                attach.IsNew = reader.GetBoolean(1);
                attach.Cursor = reader.GetInt64(2);
                attach.Sent = reader.IsDBNull(3) ? null : reader.GetInt64(3);
                attach.Kept = new(reader.GetInt64(4), reader.GetInt64(5));
                attach.TopicId = reader.GetString(6);
            }),
            Parameters.Text(attach.Owner), Parameters.Flag(attach.IsShared), Parameters.Number(_now),
            Parameters.Number(start.Kind is TopicStartKind.Sequence ? start.Sequence : null),
            Parameters.Number(start.Kind is TopicStartKind.Time ? start.Time.ToUnixTimeMilliseconds() : null));
    }

    private void Add(TrimTopic trim) =>
        Add($"{database.Schema}.trim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            First(reader =>
            {
                trim.Deleted = new(reader.GetInt64(0), reader.GetInt64(1));
                trim.HasMore = reader.GetBoolean(2);
            }),
            Parameters.Text(trim.Topic.Namespace), Parameters.Text(trim.Topic.Name), Parameters.Number(_now),
            Parameters.Number(trim.StoredBefore?.ToUnixTimeMilliseconds()), Parameters.Number(trim.MaxCount), Parameters.Number(trim.MaxBytes),
            Parameters.Flag(trim.Acknowledged), Parameters.Number((long)trim.Memory.Age.TotalMilliseconds), Parameters.Number(trim.Memory.Events),
            Parameters.Small(trim.MaxDeleted));

    /// <summary>Adds a call whose first three parameters name a subscription.</summary>
    private void AddOf(
        SubscriptionName name, string call, Func<NpgsqlDataReader, CancellationToken, Task> read, params ReadOnlySpan<NpgsqlParameter> parameters) =>
        Add($"{database.Schema}.{call}", read,
            [Parameters.Text(name.Topic.Namespace), Parameters.Text(name.Topic.Name), Parameters.Text(name.Subscriber), .. parameters]);

    private void Add(string call, Func<NpgsqlDataReader, CancellationToken, Task> read, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand("SELECT * FROM " + call);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        _steps.Add((command, read));
    }
}
