namespace SocketIo.Cluster;

/// <summary>
/// A namespace on a backplane. Disposing it leaves: the other nodes stop counting this one, and nothing is received any more.
/// </summary>
public abstract class NamespaceLink : IAsyncDisposable
{
    /// <summary>
    /// Whether each message is delivered at most once and each sender's messages in their order, which most backplanes do by themselves.
    /// False makes .NET nodes number their messages, drop repeated ones and put others back in order. Must be the same on all nodes.
    /// </summary>
    public virtual bool IsReliable => true;

    /// <summary>
    /// Whether <see cref="GetMembersAsync"/> tells how many nodes there are. False makes each node send heartbeats in the namespace, by
    /// which it is known.
    /// </summary>
    public virtual bool CountsMembers => false;

    /// <summary>
    /// Whether answers of JavaScript nodes say whose they are. Where they do not, a node that is known by what else it sent would be
    /// waited for in vain: such nodes are counted only.
    /// </summary>
    internal virtual bool NamesAnswers => true;

    /// <summary>The log of broadcasts from which clients can recover; null when the backplane keeps none.</summary>
    public virtual ClusterLog? Log => null;

    /// <summary>
    /// Begins to receive. When the task has completed, every message that is sent from now on arrives. Called once, while the backplane
    /// is connected, and before the first <see cref="SendAsync"/>; again when it failed. After the backplane was away the link begins to
    /// receive again by itself, before <see cref="Backplane.State"/> says that it is connected.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// The namespace can never be opened on this backplane, for example since its name is too long. It stays local.
    /// </exception>
    public abstract ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sends messages in their order, those with a <see cref="ClusterMessage.Recipient"/> to that node and the others to all other
    /// nodes. Called for one batch at a time, never while the backplane is away.
    /// </summary>
    /// <returns>
    /// Completes when the backplane has the messages, or has them in a queue of its own that keeps the order: what is sent next must not
    /// overtake. Waiting here is what slows down senders, so a link does not queue without a limit.
    /// </returns>
    /// <exception cref="Exception">
    /// Whether the messages arrived is not known. They are counted as lost and not sent again, so that nothing arrives twice. A link
    /// whose connection is gone also says so by <see cref="Backplane.ReportAway"/>.
    /// </exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken);

    /// <summary>
    /// What the backplane knows of the nodes now, for a link that <see cref="CountsMembers"/>. Asked when a request begins, and every
    /// 250 ms while one waits.
    /// </summary>
    /// <param name="known">Ids of other nodes, of which the answer says which are connected.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any more.</param>
    public virtual ValueTask<Membership> GetMembersAsync(IReadOnlyCollection<string> known, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The backplane does not count its members.");

    /// <summary>
    /// A room, or a socket and with it the room of its id, has come into being on this node. Called in the order of the changes, under
    /// a lock: must not block and not call back. Only for links that receive by room.
    /// </summary>
    /// <returns>
    /// Completes when broadcasts to the room arrive; joining waits for it, for a few seconds. When it fails, it is called again after a
    /// pause, as long as the room is there.
    /// </returns>
    public virtual ValueTask OpenRoomAsync(string room) => ValueTask.CompletedTask;

    /// <summary>A room has lost its last member on this node. Called like <see cref="OpenRoomAsync"/>.</summary>
    public virtual void CloseRoom(string room)
    {
    }

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}
