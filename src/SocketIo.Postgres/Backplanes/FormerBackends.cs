using Npgsql;

namespace SocketIo.Postgres.Backplanes;

/// <summary>
/// The server's processes behind connections that were given up. The network, or a server that hung, may still hold commands of
/// theirs, which must not be carried out behind later ones: so they are ended before anything else is sent.
/// </summary>
internal sealed class FormerBackends
{
    // the server ends them within moments
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _sync = new();
    private readonly HashSet<(int Process, string Start)> _backends = []; // guarded by _sync

    /// <summary>A connection is given up.</summary>
    public void Add((int Process, string Start) backend)
    {
        lock (_sync)
            _backends.Add(backend);
    }

    /// <summary>Who is at the other end of a connection. The number of a process alone may be another's later.</summary>
    public static async Task<(int Process, string Start)> IdentifyAsync(ClusterDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var start = await database.AskAsync(
            connection, "SELECT extract(epoch from backend_start)::text FROM pg_stat_activity WHERE pid = pg_backend_pid()", cancellationToken).ConfigureAwait(false);
        return (connection.ProcessID, (string?)start ?? "");
    }

    /// <summary>Ends all of them.</summary>
    public async Task EndAsync(ClusterDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var backend in Take())
        {
            while (await database.AskAsync(
                connection, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND extract(epoch from backend_start)::text = $2",
                cancellationToken, Parameters.Small(backend.Process), Parameters.Text(backend.Start)).ConfigureAwait(false) is not null)
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
            lock (_sync)
                _backends.Remove(backend);
        }
    }

    private (int Process, string Start)[] Take()
    {
        lock (_sync)
            return [.. _backends];
    }
}
