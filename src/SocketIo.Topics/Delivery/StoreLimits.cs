namespace SocketIo.Topics;

/// <summary>What may wait for a store.</summary>
/// <param name="Timeout">How long an emit waits.</param>
/// <param name="MaxQueued">How many writes wait at most.</param>
/// <param name="MaxQueuedBytes">How many bytes of events wait at most.</param>
internal readonly record struct StoreLimits(TimeSpan Timeout, int MaxQueued, long MaxQueuedBytes);
