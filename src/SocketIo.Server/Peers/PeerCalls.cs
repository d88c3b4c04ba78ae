using System.Text;
using SocketIo.Broadcasts;
using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;
using SocketIo.Protocol;
using SocketIo.Rooms;
using RoomNames = SocketIo.Rooms.RoomNames;

namespace SocketIo.Peers;

/// <summary>Does in a namespace of this server what other servers ask for. The formats of messages have checked their parts.</summary>
/// <param name="namespace">The namespace.</param>
/// <param name="local">Delivers to its sockets.</param>
/// <param name="shared">The same when events come from a log; null when there is none.</param>
/// <param name="cluster">This server among others.</param>
internal sealed class PeerCalls(Namespace @namespace, Delivery local, SharedDelivery? shared, ClusterServer cluster) : ILocalNamespace
{
    public void Broadcast(ClusterMessage message)
    {
        var args = new PeerArguments(message.Data);
        if (!TryGetName(args, out var name))
            return;
        if (shared is not null && message.Offset is not null)
            shared.Receive(message, TargetOf(message), name);

        // without recovery a log still gives own ones back, which the own sockets have got
        else if (message.Sender != cluster.Backplane.NodeId)
            local.Broadcast(TargetOf(message), name, args);
    }

    public void BroadcastWithAck(ClusterMessage message, IAckSink answers)
    {
        var args = new PeerArguments(message.Data);
        var collected = new PeerAnswers(@namespace, answers, message.Flags.Timeout);
        var sent = TryGetName(args, out var name) ? local.Ask(TargetOf(message), name, args, collected) : Task.CompletedTask;
        if (sent.IsCompleted)
            collected.Begin();
        else
            _ = sent.ContinueWith(_ => collected.Begin(), TaskScheduler.Default);
    }

    public void Change(ClusterMessage message)
    {
        var target = TargetOf(message);
        switch (message.Type)
        {
            case MessageType.SocketsJoin:
                _ = local.JoinAsync(target, RoomNames.Of(message.RoomsToChange)).AsTask();
                break;
            case MessageType.SocketsLeave:
                _ = local.LeaveAsync(target, RoomNames.Of(message.RoomsToChange)).AsTask();
                break;
            default:
                _ = local.DisconnectAsync(target, message.Close).AsTask();
                break;
        }
    }

    public IReadOnlyList<RemoteSocketData> Fetch(ClusterMessage message)
    {
        var visitor = new DescribeVisitor([], new PeerSockets(@namespace.Server.PeerFormat, cluster.Options.ShareHandshakeSecrets));
        @namespace.Members.Visit(TargetOf(message), ref visitor);
        return visitor.Found;
    }

    public void ServerSideEvent(ClusterMessage message, Action<PacketData?>? answer) => @namespace.ServerEvents.Receive(message.Data, answer);

    public void LogGap(bool isReceived) => local.OnGap(isReceived);

    public void OnStateChanged()
    {
        if (shared is not null)
            shared.OnStateChanged();
        else if (!cluster.IsConnected)
            local.OnGap(isReceived: false);
    }

    public void OnLost(long ownNumber) => shared?.OnLost(ownNumber);

    public void OnTaken(string socketId, int generation) => shared?.Sessions.OnTaken(socketId, generation);

    public Task ReleaseAsync(string pid) => shared?.Sessions.ReleaseAsync(pid) ?? Task.CompletedTask;

    public void Tick() => shared?.Sessions.Tick();

    public Task SettleAsync() => shared?.Sessions.SettleAsync() ?? Task.CompletedTask;

    /// <summary>Whom a message is for.</summary>
    public static BroadcastTarget TargetOf(ClusterMessage message) => new()
    {
        Rooms = RoomNames.Of(message.Rooms), Except = RoomNames.Of(message.Except),
        IsVolatile = message.Flags.IsVolatile, IsUncompressed = message.Flags.Compress is false,
    };

    /// <summary>Whether a name is no event's.</summary>
    public static bool IsReserved(string eventName) => ReservedEvents.Contains(Encoding.UTF8.GetBytes(eventName));

    // What a client may not send as an event, nobody is sent in another server's name.
    private bool TryGetName(in PeerArguments args, out string name)
    {
        name = args.EventName;
        if (!IsReserved(name))
            return true;
        cluster.Reports.ReportMalformed("a reserved event name");
        return false;
    }

    private readonly struct DescribeVisitor(List<RemoteSocketData> found, PeerSockets sockets) : ISocketVisitor
    {
        public List<RemoteSocketData> Found => found;

        public void Visit(Socket socket) => found.Add(sockets.Describe(socket));
    }
}
