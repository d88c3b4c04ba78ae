namespace SocketIo.Topics;

/// <summary>
/// What several callers want written at the same moment: one transaction, where the store has such. Executed in this order: the appends,
/// then the moves, then the others, each in the order of their lists.
/// </summary>
public sealed class TopicBatch
{
    /// <summary>Begins a batch.</summary>
    /// <param name="now">The time that counts for all of it.</param>
    public TopicBatch(DateTimeOffset now) => Now = Milliseconds.Floor(now);

    /// <summary>The time that counts for all of it, in whole milliseconds: stores keep times so.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Events to store.</summary>
    public List<AppendEvent> Appends { get; } = [];

    /// <summary>Cursors to move.</summary>
    public List<MoveCursor> Moves { get; } = [];

    /// <summary>Everything else.</summary>
    public List<TopicOperation> Others { get; } = [];

    /// <summary>
    /// Whether the batch must be on disk before it is done. What it may be lost without, when the machine loses its power, costs a
    /// repeated delivery and no event.
    /// </summary>
    public bool IsDurable => Appends.Count > 0 || Others.Exists(static one => one is RemoveSubscription);

    /// <summary>Adds an operation to the list that it belongs to.</summary>
    public void Add(TopicOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        switch (operation)
        {
            case AppendEvent append:
                Appends.Add(append);
                break;
            case MoveCursor move:
                Moves.Add(move);
                break;
            default:
                Others.Add(operation);
                break;
        }
    }
}
