using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Streams;

/// <summary>Commands that may add entries; keeps the last one's id.</summary>
internal sealed class EntryBatch(RespWriter commands) : CommandBatch(commands)
{
    /// <summary>The id of the last entry that was added; null when none was.</summary>
    public StreamOffset? Last { get; private set; }

    protected override void Receive(int index, RespReader reply)
    {
        base.Receive(index, reply);
        if (reply.Read() == RespKind.Text)
            Last = StreamOffset.Parse(System.Text.Encoding.ASCII.GetString(reply.Text));
    }
}
