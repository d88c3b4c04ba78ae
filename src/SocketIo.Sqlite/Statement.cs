using System.Globalization;
using Microsoft.Data.Sqlite;

namespace SocketIo.Sqlite;

/// <summary>A prepared statement with the parameters $0, $1 and so on. For one thread at a time.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;

    public Statement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        for (var i = 0; sql.Contains(string.Create(CultureInfo.InvariantCulture, $"${i}"), StringComparison.Ordinal); i++)
            _command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i}") });
        _command.Prepare();
    }

    /// <summary>Executes it; the number of rows that it changed.</summary>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Executes it; the caller disposes the reader.</summary>
    public SqliteDataReader Query(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public long? Number(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteScalar() as long?;
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
