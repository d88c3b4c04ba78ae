namespace SocketIo.Topics;

/// <summary>Events behind a place in a topic.</summary>
/// <param name="Kept">
/// What the topic keeps: the log is one range without holes, events are deleted at its beginning only. From 1 to 0 for a topic that
/// does not exist.
/// </param>
/// <param name="Events">
/// The events that follow the place or, if that has been deleted, the beginning of the topic; without gaps. Empty when there are none.
/// </param>
public readonly record struct TopicPage(SequenceRange Kept, IReadOnlyList<StoredEvent> Events);
