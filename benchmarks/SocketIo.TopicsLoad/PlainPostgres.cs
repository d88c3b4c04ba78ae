using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace SocketIo.TopicsLoad;

/// <summary>Rows of the same columns into a table with the same key, one statement and transaction for each batch.</summary>
internal sealed class PlainPostgres : PlainLoop
{
    private const string Table = """
        DROP TABLE IF EXISTS plain;
        CREATE TABLE plain (topic bigint, sequence bigint, at bigint, behind bigint, total bigint, json bytea, attachments bytea, PRIMARY KEY (topic, sequence))
        """;

    // of the kernel's clock in /proc
    private const double Ticks = 100;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private long _last;

    private PlainPostgres(NpgsqlDataSource source, NpgsqlConnection connection) => (_source, _connection) = (source, connection);

    public static async Task<PlainPostgres> OpenAsync(string connectionString)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        var plain = new PlainPostgres(source, await source.OpenConnectionAsync());
        await using var table = new NpgsqlCommand(Table, plain._connection);
        await table.ExecuteNonQueryAsync();
        return plain;
    }

    public override async Task<long> RunAsync(byte[] json, int batch, TimeSpan time)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO plain SELECT 1, $1 + n, 0, 0, 0, json, null FROM unnest($2) WITH ORDINALITY AS r(json, n)", _connection);
        insert.Parameters.Add(new NpgsqlParameter<long>());
        insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea | NpgsqlDbType.Array });
        await insert.PrepareAsync();
        var (first, begin) = (_last, Stopwatch.GetTimestamp());
        for (; Stopwatch.GetElapsedTime(begin) < time; _last += batch)
        {
            insert.Parameters[0].Value = _last;
            insert.Parameters[1].Value = Enumerable.Repeat(json, batch).ToArray();
            await insert.ExecuteNonQueryAsync();
        }
        return _last - first;
    }

    // where it runs on this machine: what serves connections, and writes behind them
    public override async Task<double> ServerCpuAsync()
    {
        var seconds = 0.0;
        await using var pids = new NpgsqlCommand("SELECT pid FROM pg_stat_activity", _connection);
        await using var reader = await pids.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            seconds += CpuOf(reader.GetInt32(0));
        return seconds;
    }

    public override async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    // pid (name) state ... utime and stime are the 14th and 15th
    private static double CpuOf(int pid)
    {
        var file = $"/proc/{pid}/stat";
        if (!File.Exists(file))
            return 0;
        var status = File.ReadAllText(file);
        var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / Ticks;
    }
}
