using System.Security.Cryptography;
using System.Text;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Topics;

/// <summary>A script that Redis executes: wholly, and without others in between.</summary>
internal sealed class TopicScript(string text)
{
    public string Text => text;

    /// <summary>What Redis knows it by once it is loaded.</summary>
#pragma warning disable CA5350 // Redis prescribes SHA-1; nothing is kept secret by it
    public string Hash { get; } = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    /// <summary>Begins a call; its arguments are to follow.</summary>
    public void Begin(RespWriter commands, ReadOnlySpan<string> keys, int arguments)
    {
        commands.Begin(3 + keys.Length + arguments);
        commands.Text("EVALSHA"u8);
        commands.Text(Hash);
        commands.Number(keys.Length);
        foreach (var key in keys)
            commands.Text(key);
    }
}
