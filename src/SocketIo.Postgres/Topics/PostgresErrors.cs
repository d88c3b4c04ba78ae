using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>What PostgreSQL's errors mean to whoever waits for the store.</summary>
internal static class PostgresErrors
{
    /// <summary>Two transactions wait for each other, or read what the other wrote: one of them is to try again.</summary>
    public static bool IsConflict(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
    };

    /// <param name="exception">The driver's exception.</param>
    /// <param name="what">What was to be done.</param>
    /// <param name="wasSent">Whether the server may have done it although it did not say so.</param>
    public static TopicStoreException Translate(Exception exception, string what, bool wasSent = false) =>
        new($"PostgreSQL could not {what}: {exception.Message}", exception)
        {
            // An error is the server's word that the transaction was rolled back, also one that ends the session: a server that is told to end
            // does not break off a commit. Where it does not wait for a replica any more it warns, and says nothing else.
            MayBeStored = wasSent && exception is not PostgresException,
            IsPermanent = exception is PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege },
        };

    /// <summary>Whether the driver, not the code, has failed.</summary>
    public static bool IsOfDriver(Exception exception) =>
        exception is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException;
}
