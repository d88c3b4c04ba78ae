namespace SocketIo.Cluster.Nodes;

/// <summary>
/// The namespace of this server, as its node sees it. Called on the thread that receives, in the order of the messages; must not wait,
/// and leaves user code to other threads.
/// </summary>
internal interface ILocalNamespace
{
    /// <summary>Sends an event to the own sockets of its target; with an offset it is one of the log.</summary>
    void Broadcast(ClusterMessage message);

    /// <summary>Sends an event to the own sockets of its target, and tells what they answer.</summary>
    void BroadcastWithAck(ClusterMessage message, IAckSink answers);

    /// <summary>Lets own sockets join or leave rooms, or disconnects them.</summary>
    void Change(ClusterMessage message);

    /// <summary>The own sockets of a target. Called on any thread.</summary>
    IReadOnlyList<RemoteSocketData> Fetch(ClusterMessage message);

    /// <summary>Hands an event to the server's own handlers.</summary>
    /// <param name="message">The event.</param>
    /// <param name="answer">
    /// Takes the answer, once, or null when there will be none; null itself when none is wanted. Can be called on any thread.
    /// </param>
    void ServerSideEvent(ClusterMessage message, Action<PacketData?>? answer);

    /// <summary>The backplane is connected or away: see <see cref="ClusterNode.IsConnected"/>. Called on any thread.</summary>
    void OnStateChanged()
    {
    }

    /// <summary>Own broadcasts up to this <see cref="ClusterMessage.OwnNumber"/> may not have come to the log.</summary>
    void OnLost(long ownNumber)
    {
    }

    /// <summary>A client has come back to another server.</summary>
    void OnTaken(string socketId, int generation)
    {
    }

    /// <summary>
    /// A client wants to come back to another server: the task completes when its session is saved or removed, and this server's socket
    /// gone. It does not fail.
    /// </summary>
    Task ReleaseAsync(string pid) => Task.CompletedTask;

    /// <summary>Called now and then.</summary>
    void Tick()
    {
    }

    /// <summary>Completes when what has to be written before the server leaves is written.</summary>
    Task SettleAsync() => Task.CompletedTask;

    /// <summary>Clients that are away cannot recover over this place.</summary>
    /// <param name="isReceived">Whether clients that are connected have got what is missing in the log; else they have missed it, too.</param>
    void LogGap(bool isReceived);
}
