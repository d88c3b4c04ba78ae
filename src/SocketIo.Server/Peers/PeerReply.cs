using SocketIo.Cluster;
using SocketIo.Handlers;
using SocketIo.Protocol;

namespace SocketIo.Peers;

/// <summary>The answer to another server's event: the first value that a handler gives.</summary>
/// <param name="format">Writes it.</param>
/// <param name="answer">Takes it; null says that there will be none.</param>
internal sealed class PeerReply(PeerFormat format, Action<PacketData?> answer) : AckReply.AckOnce
{
    public override void Send<TArgs>(in TArgs args) => answer(format.WriteFirst(args));

    /// <summary>All handlers have ended, and none has answered.</summary>
    /// <param name="hasFailed">Whether one of them failed, so that there is no answer.</param>
    public void End(bool hasFailed)
    {
        if (TryTake())
            answer(hasFailed ? null : default(PacketData));
    }
}
