namespace SocketIo.Cluster;

/// <summary>
/// What a <see cref="NamespaceLink"/> reports. The members never throw and never wait for the network. A link calls one of them at a
/// time, and <see cref="Receive"/> in the order in which each sender's messages were sent; links of different namespaces may call at
/// the same time.
/// </summary>
public interface INodeReceiver
{
    /// <summary>
    /// A message arrived. Messages that this node sent itself, that another namespace or an unknown request is named in, and types that
    /// are not known are ignored; a link need not filter them.
    /// </summary>
    /// <remarks>
    /// With a <see cref="NamespaceLink.Log"/> each kept broadcast is given with its <see cref="ClusterMessage.Offset"/>, in the log's
    /// order, this node's own included, and without gaps: after an interruption the link goes on where it stopped.
    /// </remarks>
    void Receive(ClusterMessage message);

    /// <summary>Entries of the log were lost before this node read them: clients that came before the next one have missed something.</summary>
    void ReceiveGap();

    /// <summary>
    /// A broadcast has arrived that the log should have and has not, such as one of a node that keeps none: clients that are connected have
    /// got it, clients that are away never will.
    /// </summary>
    void ReceiveUnkept();

    /// <summary>
    /// A node is gone for certain, such as when its connection ended. Requests stop waiting for it. Backplanes that cannot tell do not
    /// call it.
    /// </summary>
    void LoseNode(string nodeId);

    /// <summary>A peer sent something that cannot be read. It is counted and logged.</summary>
    /// <param name="reason">What is wrong, in a few words.</param>
    void ReportMalformed(string reason);

    /// <summary>The backplane can never take a message that was given to it, such as one that is too large. It is counted and logged.</summary>
    /// <param name="message">The message, which is dropped.</param>
    /// <param name="reason">Why, in a few words.</param>
    void ReportRefused(ClusterMessage message, string reason);

    /// <summary>
    /// A room that was open, or was opened while the backplane was away, cannot be open now, such as for want of a right. The node opens it
    /// again after a while, until that succeeds or the room is closed.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="reason">Why, in a few words. It is logged.</param>
    void LoseRoom(string room, string reason);
}
