namespace SocketIo.Recovery;

/// <summary>A client that comes back, and what it gets when it is connected again.</summary>
internal sealed record RestoredSession(RecoverableSession Session, Replay Replay);
