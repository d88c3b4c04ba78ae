using System.Globalization;
using Npgsql;
using SocketIo.TestKit;

namespace SocketIo.Postgres.Tests.Topics;

/// <summary>An advisory lock that transactions wait for before they commit.</summary>
internal sealed class SlowGate : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly int _number;

    private SlowGate(NpgsqlDataSource source, NpgsqlConnection connection, int number) => (_source, _connection, _number) = (source, connection, number);

    public static async Task<SlowGate> CloseAsync(int number)
    {
        var source = NpgsqlDataSource.Create(Database.Server.ConnectionString);
        var gate = new SlowGate(source, await source.OpenConnectionAsync(), number);
        await gate.RunAsync("pg_advisory_lock");
        return gate;
    }

    /// <summary>Waits until a query gives a number that is large enough.</summary>
    public static async Task<long> UntilAsync(string sql, long least)
    {
        await using var source = NpgsqlDataSource.Create(Database.Server.ConnectionString);
        var until = DateTime.UtcNow + Deadlines.Default;
        while (true)
        {
            await using var command = source.CreateCommand(sql);
            if (Convert.ToInt64(await command.ExecuteScalarAsync() ?? 0, CultureInfo.InvariantCulture) is var number && number >= least)
                return number;
            if (DateTime.UtcNow > until)
                throw new TimeoutException($"Never {least}: {sql}");
            await Task.Delay(5);
        }
    }

    /// <summary>Waits until a transaction is before its commit; the process id of its session.</summary>
    public Task<long> SomebodyWaitsAsync() =>
        UntilAsync($"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {_number} AND NOT granted", 1);

    public Task OpenAsync() => RunAsync("pg_advisory_unlock");

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    private async Task RunAsync(string function)
    {
        await using var command = new NpgsqlCommand($"SELECT {function}({_number})", _connection);
        await command.ExecuteNonQueryAsync();
    }
}
