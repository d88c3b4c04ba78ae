using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Topics;

/// <summary>A script with few arguments.</summary>
/// <param name="script">The script.</param>
/// <param name="keys">Its keys.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="read">Reads the answer.</param>
internal sealed class ScriptCall(TopicScript script, string[] keys, string[] arguments, Action<RespReader> read) : RedisCall(keys[0])
{
    public override void Write(RespWriter commands)
    {
        script.Begin(commands, keys, arguments.Length);
        foreach (var argument in arguments)
            commands.Text(argument);
    }

    protected override void Read(RespReader reply) => read(reply);
}
