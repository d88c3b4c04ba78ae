using SocketIo.Cluster;
using SocketIo.Rooms;

namespace SocketIo.Peers;

/// <summary>An event of this server on its way to the log and back. Guarded by the lock of who delivers.</summary>
internal sealed class OwnEvent(long number, in PacketData data, in BroadcastTarget target)
{
    private readonly BroadcastTarget _target = target;
    private List<Action>? _behind;

    /// <summary>By which it is recognised when it comes back.</summary>
    public long Number => number;

    public PacketData Data { get; private set; } = data;

    public ref readonly BroadcastTarget Target => ref _target;

    /// <summary>Whether own clients have got it already, since the backplane is away.</summary>
    public bool IsDelivered => DeliveredAs > 0;

    /// <summary>Which one of those it was, counted from 1: who was connected after it has not got it; 0 when it was not delivered.</summary>
    public long DeliveredAs { get; private set; }

    /// <summary>What was sent after it by another way has to wait for it.</summary>
    public void AddBehind(Action send) => (_behind ??= []).Add(send);

    public void MarkDelivered(long place)
    {
        DeliveredAs = place;
        Data = default;
    }

    /// <summary>Sends what had to wait.</summary>
    public void SendBehind()
    {
        foreach (var send in _behind ?? [])
            send();
        _behind = null;
    }
}
