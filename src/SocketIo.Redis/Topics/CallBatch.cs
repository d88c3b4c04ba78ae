using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Topics;

/// <summary>Calls on their way to one master.</summary>
internal sealed class CallBatch : RespBatch
{
    private readonly int _first;

    /// <param name="node">The master.</param>
    /// <param name="calls">The calls.</param>
    /// <param name="isAsking">Whether the master does not have the slot yet, and is to take the one call all the same.</param>
    public CallBatch(RedisNode node, IReadOnlyList<RedisCall> calls, bool isAsking = false)
    {
        Node = node;
        Calls = calls;
        if (isAsking)
            Commands.Command("ASKING");
        _first = Commands.Commands;
        foreach (var call in calls)
            call.Write(Commands);
    }

    public override RespWriter Commands { get; } = new();

    public RedisNode Node { get; }

    public IReadOnlyList<RedisCall> Calls { get; }

    public Task SendAsync()
    {
        foreach (var call in Calls)
            call.MayBeDone = true;
        return Calls.Count == 0 ? Task.CompletedTask : Node.SendAsync(this);
    }

    protected override void Receive(int index, RespReader reply)
    {
        if (index >= _first)
            Calls[index - _first].Take(reply);
    }
}
