namespace SocketIo.Topics;

/// <summary>A topic as the store knows it.</summary>
/// <param name="Topic">Which.</param>
/// <param name="Id">Changes when a topic of this name was removed and made anew, so that its sequences begin at 1 again.</param>
/// <param name="Kept">The events that it keeps.</param>
/// <param name="Bytes">How much they occupy, roughly.</param>
/// <param name="Subscriptions">How many subscriptions it has.</param>
public sealed record TopicInfo(TopicName Topic, string Id, SequenceRange Kept, long Bytes, long Subscriptions);
