using Npgsql;
using SocketIo.Cluster.Sessions;

namespace SocketIo.Postgres.Backplanes;

/// <summary>
/// One connection that sends and one that receives. All messages of a server go through the one: PostgreSQL hands on in the order of
/// commits, and between connections there is none.
/// </summary>
internal sealed class PostgresSession : IBackplaneSession
{
    private readonly ClusterDatabase _database;
    private readonly FormerBackends _former;
    private readonly NpgsqlConnection _sender;
    private readonly (int Process, string Start) _backend;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<Exception> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    private PostgresSession(ClusterDatabase database, FormerBackends former, NpgsqlConnection sender, (int Process, string Start) backend, ChannelReader? reader)
    {
        _database = database;
        _former = former;
        _sender = sender;
        _backend = backend;
        Reader = reader;
    }

    /// <summary>Receives; null for a process that only emits.</summary>
    public ChannelReader? Reader { get; }

    /// <inheritdoc/>
    public Task<Exception> Ended => _ended.Task;

    /// <summary>Cancelled when the session has ended.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Opens a session, in which nothing of former ones is left.</summary>
    public static async Task<PostgresSession> OpenAsync(
        ClusterDatabase database, FormerBackends former, bool receives, bool isDurable, CancellationToken cancellationToken)
    {
        var sender = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        NpgsqlConnection? receiver = null;
        try
        {
            await database.PrepareAsync(sender, cancellationToken).ConfigureAwait(false);
            await former.EndAsync(database, sender, cancellationToken).ConfigureAwait(false);
            // notifications are in no file, so there is nothing to wait for
            if (!isDurable)
                await database.RunAsync(sender, "SET synchronous_commit TO off", cancellationToken).ConfigureAwait(false);
            var backend = await FormerBackends.IdentifyAsync(database, sender, cancellationToken).ConfigureAwait(false);
            receiver = receives ? await database.ConnectAsync(cancellationToken).ConfigureAwait(false) : null;
            return new PostgresSession(database, former, sender, backend, receiver is null ? null : new ChannelReader(database, receiver));
        }
        catch
        {
            await CloseAsync(sender).ConfigureAwait(false);
            await CloseAsync(receiver).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Begins to read, to watch over the connections, and to clean.</summary>
    public void Run(TimeProvider time, TimeSpan cleanupInterval)
    {
        var parts = new List<Task> { GuardAsync(() => WatchAsync(time)), GuardAsync(() => CleanAsync(time, cleanupInterval)) };
        if (Reader is not null)
            parts.Add(GuardAsync(() => Reader.RunAsync(Ending)));
        _running = Task.WhenAll(parts);
    }

    /// <summary>Does something on the sending connection, one at a time and in turn. What the connection does not survive ends the session.</summary>
    public async Task<T> SendAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_ended.Task.IsCompleted)
                throw new InvalidOperationException("PostgreSQL is away.");
            return await work(_sender, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not PostgresException || _sender.State is not System.Data.ConnectionState.Open)
        {
            End(exception);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void End(Exception reason)
    {
        if (_ended.TrySetResult(reason))
            _ending.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        End(new ObjectDisposedException(nameof(PostgresSession)));
        await _running.ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        _former.Add(_backend);
        await CloseAsync(_sender).ConfigureAwait(false);
        if (Reader is not null)
            await CloseAsync(Reader.Connection).ConfigureAwait(false);
    }

    private static async Task CloseAsync(NpgsqlConnection? connection)
    {
        if (connection is null)
            return;
        try
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // it is over anyway
        }
    }

    private async Task GuardAsync(Func<Task> part)
    {
        try
        {
            await part().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            End(exception);
        }
    }

    // what is silent may be dead; the receiving connection asks by itself
    private async Task WatchAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_database.Timeout), time);
        while (await timer.WaitForNextTickAsync(Ending).ConfigureAwait(false))
            await SendAsync((connection, cancellationToken) => _database.AskAsync(connection, "SELECT 1", cancellationToken), Ending).ConfigureAwait(false);
    }

    private async Task CleanAsync(TimeProvider time, TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(Ending).ConfigureAwait(false))
            await _database.CleanAsync(Ending).ConfigureAwait(false);
    }
}
