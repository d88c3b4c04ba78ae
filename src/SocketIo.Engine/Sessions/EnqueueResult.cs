namespace SocketIo.Engine.Sessions;

internal enum EnqueueResult
{
    /// <summary>Added; the caller now owns the drain and must arrange one.</summary>
    Owner,

    /// <summary>Added; somebody else drains.</summary>
    Queued,

    /// <summary>Not added: over the byte budget.</summary>
    Full,

    /// <summary>Not added: the session ended.</summary>
    Sealed,
}
