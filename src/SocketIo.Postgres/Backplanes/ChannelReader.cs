using System.Collections.Concurrent;
using Npgsql;

namespace SocketIo.Postgres.Backplanes;

/// <summary>
/// A connection that listens, and gives what arrives to the links of the channels, one after the other. What a notification refers to
/// is read on the same connection before the next one is given, so that nothing is overtaken.
/// </summary>
internal sealed class ChannelReader
{
    private readonly ClusterDatabase _database;
    private readonly TimeSpan _rest;
    private readonly ConcurrentDictionary<string, PostgresLink> _links = new(StringComparer.Ordinal);
    private readonly Queue<(string Channel, string Payload)> _arrived = new(); // by the reading only
    private readonly Lock _sync = new();
    private readonly Queue<(Func<Task> Run, TaskCompletionSource Done)> _work = new(); // guarded by _sync
    private CancellationTokenSource? _waiting;                                         // guarded by _sync
    private bool _isOver;                                                              // guarded by _sync

    public ChannelReader(ClusterDatabase database, NpgsqlConnection connection)
    {
        _database = database;
        _rest = TimeSpan.FromSeconds(database.Timeout / 2.0);
        Connection = connection;
        connection.Notification += (_, notification) => _arrived.Enqueue((notification.Channel, notification.Payload));
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Begins to listen to the channel of a link; completes when it receives.</summary>
    public Task AddAsync(PostgresLink link, Func<Task>? next) => DoAsync(async () =>
    {
        await _database.RunAsync(Connection, $"LISTEN {PostgresSchema.Quote(link.Channel)}", CancellationToken.None).ConfigureAwait(false);
        _links[link.Channel] = link;
        if (next is not null)
            await next().ConfigureAwait(false);
    });

    /// <summary>Ends listening. From now on the link gets nothing.</summary>
    public void Remove(PostgresLink link)
    {
        if (_links.TryRemove(KeyValuePair.Create(link.Channel, link)))
            _ = DoAsync(() => _links.ContainsKey(link.Channel)
                ? Task.CompletedTask
                : _database.RunAsync(Connection, $"UNLISTEN {PostgresSchema.Quote(link.Channel)}", CancellationToken.None));
    }

    /// <summary>Reads until the session ends.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        try
        {
            while (true)
            {
                while (TakeWork() is var (run, done))
                    await CompleteAsync(run, done).ConfigureAwait(false);
                while (_arrived.TryDequeue(out var notification))
                    await GiveAsync(notification.Channel, notification.Payload).ConfigureAwait(false);
                await WaitAsync(ending).ConfigureAwait(false);
            }
        }
        finally
        {
            Abandon();
        }
    }

    private async Task GiveAsync(string channel, string payload)
    {
        if (_links.TryGetValue(channel, out var link))
            await link.ReceiveAsync(payload, Connection).ConfigureAwait(false);
    }

    private async Task WaitAsync(CancellationToken ending)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ending);
        lock (_sync)
        {
            if (_work.Count > 0)
                return;
            _waiting = waiting;
        }
        try
        {
            if (!await Connection.WaitAsync(_rest, waiting.Token).ConfigureAwait(false))
                await _database.RunAsync(Connection, "SELECT 1", ending).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            // there is something to do
        }
        finally
        {
            lock (_sync)
                _waiting = null;
        }
    }

    private Task DoAsync(Func<Task> run)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_sync)
        {
            if (_isOver)
                return Task.FromException(new InvalidOperationException("PostgreSQL is away."));
            _work.Enqueue((run, done));
            _waiting?.Cancel();
        }
        return done.Task;
    }

    private (Func<Task> Run, TaskCompletionSource Done)? TakeWork()
    {
        lock (_sync)
            return _work.TryDequeue(out var work) ? work : null;
    }

    private static async Task CompleteAsync(Func<Task> run, TaskCompletionSource done)
    {
        try
        {
            await run().ConfigureAwait(false);
            done.SetResult();
        }
        catch (Exception exception)
        {
            done.SetException(exception);
            throw;
        }
    }

    private void Abandon()
    {
        lock (_sync)
        {
            _isOver = true;
            while (_work.TryDequeue(out var work))
                work.Done.TrySetException(new InvalidOperationException("PostgreSQL is away."));
        }
    }
}
