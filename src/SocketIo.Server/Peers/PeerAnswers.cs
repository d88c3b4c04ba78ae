using SocketIo.Broadcasts;
using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;
using SocketIo.Protocol;
using SocketIo.Sockets;

namespace SocketIo.Peers;

/// <summary>
/// Tells another server what own sockets acknowledge. It is told first who got the event: what sockets say before that waits.
/// </summary>
internal sealed class PeerAnswers(Namespace @namespace, IAckSink answers, TimeSpan? timeout) : BroadcastAnswers(@namespace.NextAckId(), timeout)
{
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly List<Socket> _receivers = [];
    private List<(string SocketId, PacketData? Value)>? _early = [];
    private bool _isOver;
    private ITimer? _timer;

    public override bool TryExpect(Socket socket)
    {
        var addition = socket.Acks.Add(Id, this, @namespace.Server.Options.MaxPendingAcks);
        if (addition is AckAddition.Known)
            return false;
        lock (_sync)
            _receivers.Add(socket);
        if (addition is AckAddition.TooMany)
            Tell(socket.Id, null);
        return addition is AckAddition.Added;
    }

    public override void AwaitOthers(Func<IRemoteAcks, ClusterRequest> ask) => throw new NotSupportedException("Other servers are asked by who emits.");

    /// <summary>The event was sent to all receivers.</summary>
    public void Begin()
    {
        foreach (var socket in _receivers)
        {
            if (!socket.IsConnected)
                Miss(socket);
        }
        lock (_sync)
        {
            answers.Count(RoomNames.Create([.. _receivers.Select(static socket => socket.Id)]));
            foreach (var (socketId, value) in _early!)
                Pass(socketId, value);
            _early = null;
            if (Timeout is { } time && _receivers.Count > 0)
                _timer = @namespace.Server.Time.CreateTimer(static answers => ((PeerAnswers)answers!).End(), this, time, System.Threading.Timeout.InfiniteTimeSpan);
        }
    }

    public override void Receive(Socket socket, ref ArgumentReader arguments)
    {
        try
        {
            Tell(socket.Id, arguments.HasMore ? arguments.Read<PeerValue>().Data : default(PacketData));
        }
        catch (EventArgumentException exception)
        {
            @namespace.Handlers.ReportAck(socket, exception, "-");
            Lose(socket);
        }
    }

    public override void Lose(Socket socket) => Tell(socket.Id, null);

    private void Tell(string socketId, PacketData? value)
    {
        lock (_sync)
        {
            if (_isOver)
                return;
            if (_early is not null)
                _early.Add((socketId, value));
            else
                Pass(socketId, value);
        }
    }

    private void Pass(string socketId, PacketData? value)
    {
        if (value is { } known)
            answers.Acknowledge(socketId, known);
        else
            answers.Lose(socketId);
    }

    // Who asked does not wait any more; nor do the sockets.
    private void End()
    {
        lock (_sync)
        {
            _isOver = true;
            _timer?.Dispose();
        }
        foreach (var socket in _receivers)
            Miss(socket);
    }
}
