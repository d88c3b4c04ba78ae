namespace SocketIo.Sqlite;

/// <summary>When an event is on disk, as SQLite's pragma of this name has it.</summary>
public enum SqliteSynchronous
{
    /// <summary>
    /// Left to the operating system. A killed process loses nothing; a machine that loses its power may lose the newest events, or the file.
    /// </summary>
    Off,

    /// <summary>
    /// Now and then. A killed process loses nothing; a machine that loses its power may lose the newest events, never the file.
    /// </summary>
    Normal,

    /// <summary>Before the task of an emit completes. Nothing stored is ever lost. The default.</summary>
    Full,
}
