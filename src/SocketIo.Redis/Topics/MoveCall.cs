using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>The moves of a batch in one topic.</summary>
internal sealed class MoveCall(TopicKeys keys, TopicName topic) : RedisCall(keys.Topic(topic))
{
    public List<MoveCursor> Moves { get; } = [];

    public override void Write(RespWriter commands)
    {
        TopicScripts.Move.Begin(commands, [Key + ":cursors"], 2 * Moves.Count);
        foreach (var move in Moves)
        {
            commands.Text(move.Subscription.Subscriber);
            commands.Number(move.To);
        }
    }

    public override bool TryFail(TopicStoreException failure)
    {
        foreach (var move in Moves)
            move.Error = failure;
        return true;
    }

    protected override void Read(RespReader reply)
    {
        reply.ReadList();
        foreach (var move in Moves)
            move.Cursor = reply.ReadNumber() is >= 0 and var cursor ? cursor : null;
    }
}
