using SocketIo.Postgres;

namespace SocketIo;

/// <summary>Keeps topics in PostgreSQL.</summary>
public static class PostgresTopicsExtensions
{
    /// <summary>Keeps topics in a database, for any number of servers, which deliver what the others store.</summary>
    /// <param name="topics">The options of <c>AddTopics</c>.</param>
    /// <param name="connectionString">Where the database is; see <see cref="PostgresTopicOptions.ConnectionString"/>.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">The connection string is empty.</exception>
    public static TopicsOptions UsePostgres(this TopicsOptions topics, string connectionString) =>
        topics.UsePostgres(new PostgresTopicOptions { ConnectionString = connectionString });

    /// <summary>Like <see cref="UsePostgres(TopicsOptions, string)"/>, with more options.</summary>
    /// <param name="topics">The options of <c>AddTopics</c>.</param>
    /// <param name="options">The database and the schema.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static TopicsOptions UsePostgres(this TopicsOptions topics, PostgresTopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return topics.UseStore(_ => new PostgresTopicStore(options));
    }
}
