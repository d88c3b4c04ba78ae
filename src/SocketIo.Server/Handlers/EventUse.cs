namespace SocketIo.Handlers;

/// <summary>How often a handler runs.</summary>
internal enum EventUse
{
    Always,

    /// <summary>For the first event, on whatever socket it is; the handler belongs to one socket.</summary>
    Once,

    /// <summary>For the first event of each socket; the handler belongs to a namespace.</summary>
    OncePerSocket,
}
