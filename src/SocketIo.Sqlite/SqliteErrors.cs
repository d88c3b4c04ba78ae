using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>What SQLite's errors mean to whoever waits for the store.</summary>
internal static class SqliteErrors
{
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    public static TopicStoreException Translate(SqliteException exception, string what) => Translate(exception, what, false);

    /// <summary>A commit that fails while it writes may be found when the file is opened again.</summary>
    public static TopicStoreException OfCommit(SqliteException exception) =>
        Translate(exception, "commit", exception.SqliteErrorCode == InputOutput);

    private static TopicStoreException Translate(SqliteException exception, string what, bool mayBeStored) =>
        new($"SQLite could not {what}: {exception.Message}", exception)
        {
            MayBeStored = mayBeStored,
            IsPermanent = exception.SqliteErrorCode is Corrupt or NotADatabase,
        };
}
