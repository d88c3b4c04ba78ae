using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Connections;

/// <summary>Commands whose answers are not wanted, unless they are refusals.</summary>
internal class CommandBatch(RespWriter commands) : RespBatch
{
    private List<(int Index, RespException Reason)>? _refusals;

    public override RespWriter Commands => commands;

    /// <summary>The commands that Redis refused, in their order.</summary>
    public IReadOnlyList<(int Index, RespException Reason)> Refusals => _refusals ?? (IReadOnlyList<(int, RespException)>)[];

    protected override void Receive(int index, RespReader reply)
    {
        if (reply.Read() == RespKind.Error)
            (_refusals ??= []).Add((index, new RespException(reply.Text)));
    }
}
