namespace SocketIo.Topics;

/// <summary>A subscription as the store knows it.</summary>
/// <param name="Subscription">Which.</param>
/// <param name="IsShared">Whether each event goes to one of several receivers.</param>
/// <param name="Cursor">All events up to this one are acknowledged.</param>
/// <param name="Lag">How many of the topic's events are not.</param>
/// <param name="IsAttached">Whether it has a receiver now, on any server.</param>
/// <param name="LastSeen">When it last had one; when it got one, while <paramref name="IsAttached"/>.</param>
public sealed record SubscriptionInfo(
    SubscriptionName Subscription, bool IsShared, long Cursor, long Lag, bool IsAttached, DateTimeOffset LastSeen);
