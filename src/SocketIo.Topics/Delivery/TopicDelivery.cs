namespace SocketIo.Topics;

/// <summary>An event on its way to a receiver.</summary>
/// <param name="Stored">The event.</param>
/// <param name="IsRedelivered">Whether it may have been sent to the subscriber before.</param>
internal readonly record struct TopicDelivery(StoredEvent Stored, bool IsRedelivered);
