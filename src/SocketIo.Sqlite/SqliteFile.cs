using System.Globalization;
using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>The file: one process's alone, by a lock that ends with the process however that ends.</summary>
internal sealed class SqliteFile : IDisposable
{
    // "sIOt", so that the file is not taken for somebody else's
    private const int ApplicationId = 0x73494F74;
    private const int Version = 1;

    private readonly SqliteTopicOptions _options;
    private readonly FileStream _lock;

    // wherever the process goes meanwhile
    private readonly string _path;

    private SqliteFile(SqliteTopicOptions options, FileStream @lock)
    {
        _options = options;
        _lock = @lock;
        _path = Path.GetFullPath(options.Path);
    }

    /// <exception cref="TopicStoreException">Another process has it, or it can't be opened.</exception>
    public static SqliteFile Open(SqliteTopicOptions options)
    {
        var file = new SqliteFile(options, Lock(options.Path));
        try
        {
            using var connection = file.Connect(SqliteOpenMode.ReadWriteCreate);
            Prepare(connection, options.Path);
            return file;
        }
        catch (SqliteException exception)
        {
            file.Dispose();
            throw SqliteErrors.Translate(exception, "open the file");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A connection of its own; the driver's pool would keep the file open. One that has been deleted is not made anew.</summary>
    public SqliteConnection Connect() => Connect(SqliteOpenMode.ReadWrite);

    /// <summary>What is written to a file that somebody has deleted is gone with the last one who has it open.</summary>
    /// <exception cref="TopicStoreException">It has been deleted or moved.</exception>
    public void ThrowIfGone()
    {
        if (!File.Exists(_path))
            throw new TopicStoreException($"The file {_options.Path} has been deleted or moved while it was open: put it back, or start the server anew.");
    }

    public void Dispose() => _lock.Dispose();

    private SqliteConnection Connect(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = mode,
            Pooling = false,

            // in seconds; the driver's own waiting, behind SQLite's
            DefaultTimeout = (int)Math.Ceiling(_options.BusyTimeout.TotalSeconds),
        }.ConnectionString);
        try
        {
            connection.Open();
            Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(int)_options.BusyTimeout.TotalMilliseconds}"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + "-lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TopicStoreException($"The file {path} can't be opened, or another process has it: {exception.Message}", exception);
        }
    }

    private static void Prepare(SqliteConnection connection, string path)
    {
        var version = Ask(connection, "PRAGMA user_version");
        if (Ask(connection, "PRAGMA application_id") is var id && id != ApplicationId && (id != 0 || Ask(connection, "SELECT count(*) FROM sqlite_schema") != 0))
            throw new TopicStoreException($"The file {path} is a database of something else.") { IsPermanent = true };
        if (version > Version)
            throw new TopicStoreException($"The file {path} is of a newer version ({version}, here {Version}).") { IsPermanent = true };
        Run(connection, "PRAGMA journal_mode = WAL");
        if (version == Version)
            return;

        // all or nothing: a process that is killed here finds an empty file the next time
        Run(connection, "BEGIN IMMEDIATE");
        Run(connection, SqliteSchema.Create);
        Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}"));
        Run(connection, "COMMIT");
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
