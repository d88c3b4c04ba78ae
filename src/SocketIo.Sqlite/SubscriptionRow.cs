namespace SocketIo.Sqlite;

/// <summary>What a batch needs of a subscription.</summary>
internal readonly record struct SubscriptionRow(long Id, TopicRow Topic, bool IsShared, long Cursor, long Claimed, long? Sent, bool IsAttached);
