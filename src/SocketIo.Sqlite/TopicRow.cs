using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>A topic's row, kept in memory: this process alone writes it.</summary>
internal sealed class TopicRow
{
    public required long Id { get; init; }

    public required string Uid { get; init; }

    public long First { get; set; } = 1;

    public long Last { get; set; }

    public long Before { get; set; }

    public long Total { get; set; }

    public long High { get; set; } = long.MinValue;

    /// <summary>Whether the row differs from what is in the file.</summary>
    public bool IsChanged { get; set; }

    public SequenceRange Kept => new(First, Last);
}
