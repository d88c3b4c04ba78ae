using SocketIo.Cluster;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Tests.Formats;

/// <summary>What a link writes for a message.</summary>
internal static class Command
{
    /// <summary>The parts of the command that sends a message.</summary>
    public static byte[][] Of(RedisLink link, ClusterMessage message)
    {
        var writer = new RespWriter();
        link.Write(message, writer);
        var reader = new RespReader(writer.Written.Span);
        var parts = new byte[reader.ReadList()][];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = reader.ReadText().ToArray();
        return parts;
    }

    /// <summary>The message as a node would send it: an answer names who it is for, a broadcast to one room that room.</summary>
    public static ClusterMessage With(ClusterMessage message, string? recipient) => message with
    {
        Recipient = recipient,
        Channel = message is { Type: MessageType.Broadcast, RequestId: null, Rooms.Count: 1 } ? message.Rooms[0] : null,
    };
}
