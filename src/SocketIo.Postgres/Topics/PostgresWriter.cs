using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>Executes batches on a connection of its own, each as one transaction. One at a time.</summary>
internal sealed class PostgresWriter(PostgresDatabase database) : IAsyncDisposable
{
    // about 10 MB
    private const int MaxIds = 50_000;
    private const int MaxAttempts = 5;

    private readonly Dictionary<TopicName, long> _ids = [];
    private NpgsqlConnection? _connection;

    // whether the server may have committed what it has not confirmed
    private bool _wasSent;

    /// <exception cref="TopicStoreException">The transaction was rolled back, unless it says otherwise.</exception>
    public async Task ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        var appends = batch.Appends.Count == 0 ? null : AppendCommand.Of(batch.Appends);
        await RepeatAsync(appends, ids => PlanOf(batch, appends, ids), cancellationToken).ConfigureAwait(false);

        // removed by another server since this one asked for its id
        for (var attempt = 0; appends?.Homeless is { Count: > 0 } homeless; attempt++)
        {
            if (attempt == MaxAttempts)
                throw new TopicStoreException("PostgreSQL does not keep the topics.") { MayBeStored = true };
            foreach (var topic in homeless.Select(static one => one.Topic))
                _ids.Remove(topic);
            var again = appends = AppendCommand.Of(homeless);
            await RepeatAsync(again, ids => PlanOf(batch.Now, again, ids), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);
        _connection = null;
    }

    private BatchPlan PlanOf(TopicBatch batch, AppendCommand? appends, IReadOnlyDictionary<TopicName, long> ids)
    {
        var plan = new BatchPlan(database, batch.Now);
        if (!batch.IsDurable)
            plan.AddRelaxed();
        if (appends is not null)
            plan.Add(appends, ids);
        if (batch.Moves.Count > 0)
            plan.Add(batch.Moves);
        foreach (var operation in batch.Others)
            plan.Add(operation);
        return plan;
    }

    private BatchPlan PlanOf(DateTimeOffset now, AppendCommand appends, IReadOnlyDictionary<TopicName, long> ids)
    {
        var plan = new BatchPlan(database, now);
        plan.Add(appends, ids);
        return plan;
    }

    /// <summary>Again where it was in the way of another server's transaction.</summary>
    private async Task RepeatAsync(
        AppendCommand? appends, Func<IReadOnlyDictionary<TopicName, long>, BatchPlan> plan, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _wasSent = false;
                await TryExecuteAsync(appends, plan, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (PostgresErrors.IsConflict(exception) && attempt < MaxAttempts)
            {
                // rolled back as a whole
            }
            catch (Exception exception) when (PostgresErrors.IsOfDriver(exception))
            {
                var translated = PostgresErrors.Translate(exception, "write", _wasSent);
                await DisposeAsync().ConfigureAwait(false);
                throw translated;
            }
        }
    }

    private async Task TryExecuteAsync(
        AppendCommand? appends, Func<IReadOnlyDictionary<TopicName, long>, BatchPlan> plan, CancellationToken cancellationToken)
    {
        _connection ??= await ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (appends is not null)
            await ResolveAsync(_connection, appends.Topics, cancellationToken).ConfigureAwait(false);
        var planned = plan(_ids);
        _wasSent = true;
        await planned.ExecuteAsync(_connection, cancellationToken).ConfigureAwait(false);
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // what the functions need, whatever the database's default
            await database.RunAsync(connection, "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED", cancellationToken)
                .ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks for the ids of topics, by a transaction of its own: one that is rolled back must not have given them.</summary>
    private async Task ResolveAsync(NpgsqlConnection connection, IEnumerable<TopicName> topics, CancellationToken cancellationToken)
    {
        var unknown = topics.Where(topic => !_ids.ContainsKey(topic)).Distinct().ToArray();
        if (unknown.Length == 0)
            return;
        if (_ids.Count > MaxIds)
        {
            _ids.Clear();
            unknown = [.. topics.Distinct()];
        }
        await database.QueryAsync(
            connection, $"SELECT * FROM {database.Schema}.resolve($1, $2)",
            reader =>
            {
                _ids[unknown[reader.GetInt64(0) - 1]] = reader.GetInt64(1);
                return true;
            },
            cancellationToken,
            Parameters.Texts([.. unknown.Select(static one => one.Namespace)]), Parameters.Texts([.. unknown.Select(static one => one.Name)]))
            .ConfigureAwait(false);
    }
}
