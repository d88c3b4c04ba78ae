using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Connections;

/// <summary>Asks for a sign of life; any answer is one.</summary>
internal sealed class PingBatch : RespBatch
{
    public PingBatch() => Commands.Command("PING");

    public override RespWriter Commands { get; } = new();

    protected override void Receive(int index, RespReader reply)
    {
    }
}
