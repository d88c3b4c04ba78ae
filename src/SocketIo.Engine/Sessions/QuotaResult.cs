namespace SocketIo.Engine.Sessions;

/// <summary>Whether one more session may begin.</summary>
internal enum QuotaResult
{
    Free,

    /// <summary>There are <see cref="EngineOptions.MaxSessions"/>.</summary>
    Full,

    /// <summary>Its address has <see cref="EngineOptions.MaxSessionsPerAddress"/>.</summary>
    FullForAddress,
}
