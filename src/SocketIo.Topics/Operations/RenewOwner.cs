namespace SocketIo.Topics;

/// <summary>
/// A server says that it is alive, and looks at the others. One whose beat does not change for the length of a lease, by the watch of
/// who looks, is dead, and is removed. No two clocks are compared.
/// </summary>
/// <param name="owner">The server.</param>
/// <param name="beat">A number that changes with each call.</param>
public sealed class RenewOwner(string owner, long beat) : TopicOperation
{
    /// <summary>The server.</summary>
    public string Owner => owner;

    /// <summary>A number that changes with each call.</summary>
    public long Beat => beat;

    /// <summary>Set by the store: whether the server was not known; it is new, or another one has removed it.</summary>
    public bool IsNew { get; set; }

    /// <summary>Set by the store: all servers and their last beats.</summary>
    public IReadOnlyList<OwnerBeat> Owners { get; set; } = [];
}
