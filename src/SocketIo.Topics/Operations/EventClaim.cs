namespace SocketIo.Topics;

/// <summary>An event that a server may hand out.</summary>
/// <param name="Sequence">Which.</param>
/// <param name="Attempt">1 when it is handed out for the first time.</param>
public readonly record struct EventClaim(long Sequence, int Attempt);
