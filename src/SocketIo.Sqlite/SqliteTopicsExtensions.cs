using SocketIo.Sqlite;

namespace SocketIo;

/// <summary>Keeps topics in a SQLite file.</summary>
public static class SqliteTopicsExtensions
{
    /// <summary>Keeps topics in a file, for a server alone: they outlive the process, also one that is killed.</summary>
    /// <param name="topics">The options of <c>AddTopics</c>.</param>
    /// <param name="path">The file; made when missing. A relative path counts from the process's working directory.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static TopicsOptions UseSqlite(this TopicsOptions topics, string path) => topics.UseSqlite(new SqliteTopicOptions { Path = path });

    /// <summary>Like <see cref="UseSqlite(TopicsOptions, string)"/>, with more options.</summary>
    /// <param name="topics">The options of <c>AddTopics</c>.</param>
    /// <param name="options">The file, and how it is written.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static TopicsOptions UseSqlite(this TopicsOptions topics, SqliteTopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return topics.UseStore(_ => new SqliteTopicStore(options));
    }
}
