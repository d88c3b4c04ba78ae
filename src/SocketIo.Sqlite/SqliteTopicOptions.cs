namespace SocketIo.Sqlite;

/// <summary>Options of <see cref="SqliteTopicStore"/>.</summary>
public sealed class SqliteTopicOptions
{
    /// <summary>
    /// The file; made when missing. One process at a time can use it; SQLite keeps files with the suffixes -wal and -shm beside it, the
    /// store one with the suffix -lock.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>When an event is on disk. Default <see cref="SqliteSynchronous.Full"/>.</summary>
    /// <remarks>
    /// Cursors are written by <see cref="SqliteSynchronous.Normal"/> at most: what is lost of them when the machine loses its power is
    /// delivered again.
    /// </remarks>
    public SqliteSynchronous Synchronous { get; init; } = SqliteSynchronous.Full;

    /// <summary>How many readings of the backlog run at once. Default 4.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>
    /// How long to wait for another program that has the file locked, as a tool that looks into it. Then the store counts as away, and
    /// is tried again. Default 1 s.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Path);
        if (Path.Contains(":memory:", StringComparison.OrdinalIgnoreCase) || Path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"{nameof(Path)} is the path of a file, and {Path} is not; UseMemory keeps topics in memory.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Readers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(BusyTimeout, TimeSpan.Zero);
        if (!Enum.IsDefined(Synchronous))
            throw new ArgumentException($"{Synchronous} is not a value of {nameof(SqliteSynchronous)}.");
    }
}
