using System.Collections.Concurrent;

namespace SocketIo.Engine.Sessions;

/// <summary>An id on its way to become a session's; nobody else gets it until this is disposed.</summary>
internal sealed class IdClaim(ConcurrentDictionary<string, IdClaim> claims, string id) : IDisposable
{
    public string Id => id;

    /// <summary>Removes this claim, not another one of the same id.</summary>
    public void Dispose() => claims.TryRemove(KeyValuePair.Create(id, this));
}
