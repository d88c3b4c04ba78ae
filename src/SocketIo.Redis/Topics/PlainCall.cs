using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Topics;

/// <summary>A command of Redis itself.</summary>
/// <param name="key">The key that decides on the master.</param>
/// <param name="read">Reads the answer.</param>
/// <param name="command">The command.</param>
internal sealed class PlainCall(string key, Action<RespReader> read, params string[] command) : RedisCall(key)
{
    public override void Write(RespWriter commands) => commands.Command(command);

    protected override void Read(RespReader reply) => read(reply);
}
