namespace SocketIo.Cluster;

/// <summary>
/// The broadcasts of a namespace, kept by the backplane for a while, and the sessions of clients that may come back. A link that has
/// one appends each broadcast that it sends, unless it has a <see cref="ClusterMessage.RequestId"/> or is volatile, and gives the
/// kept ones to <see cref="INodeReceiver.Receive"/> with their offsets. The members are thread-safe; they fail while the backplane
/// is away, and then a client starts anew.
/// </summary>
public abstract class ClusterLog
{
    /// <summary>Whether a text has the form of this log's offsets. Clients send it: it may be anything.</summary>
    public abstract bool IsOffset(string text);

    /// <summary>Compares two offsets: below zero when the first is older.</summary>
    public abstract int Compare(string first, string second);

    /// <summary>The newest entry's offset, or one that stands for the beginning when there is none.</summary>
    public abstract ValueTask<string> GetNewestAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The broadcasts of the namespace behind an offset, in the log's order, with their offsets, up to the newest when it is reached.
    /// </summary>
    /// <param name="after">An offset.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EntryGoneException">The entry of that offset, or one behind it, is not kept any more. Before the first entry, or in between.</exception>
    public abstract IAsyncEnumerable<ClusterMessage> ReadAsync(string after, CancellationToken cancellationToken);

    /// <summary>
    /// Saves a session, in place of an older one of the same <see cref="StoredSession.Pid"/>. Does nothing when its
    /// <see cref="StoredSession.Generation"/> is below that of what was saved or removed before, or is that of a session that was taken:
    /// then the client has come back to another node.
    /// </summary>
    /// <param name="session">What to keep.</param>
    /// <param name="keep">How long.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public abstract ValueTask SaveAsync(StoredSession session, TimeSpan keep, CancellationToken cancellationToken);

    /// <summary>Reads a session and leaves it there; null when there is none.</summary>
    public abstract ValueTask<StoredSession?> FindAsync(string pid, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a session out, for one caller in the whole cluster; null when there is none. Whoever takes it saves it with the next
    /// <see cref="StoredSession.Generation"/>, and nobody saves it any more with the one it has.
    /// </summary>
    public abstract ValueTask<StoredSession?> TakeAsync(string pid, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the session of a client that does not come back. Does nothing when it was saved or taken in a later generation. Older
    /// ones are not saved any more.
    /// </summary>
    /// <param name="pid">The private id.</param>
    /// <param name="generation">The session's <see cref="StoredSession.Generation"/>.</param>
    /// <param name="keep">For how long older ones are refused.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public abstract ValueTask RemoveAsync(string pid, int generation, TimeSpan keep, CancellationToken cancellationToken);
}
