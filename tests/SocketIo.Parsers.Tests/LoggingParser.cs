using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.Parsers.Tests;

/// <summary>Keeps a line of each packet that another parser reads and writes.</summary>
internal sealed class LoggingParser(PacketParser inner) : PacketParser
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public override bool IsBinary => inner.IsBinary;

    public override bool TryReadHeader(ref ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header, out string? error)
    {
        var isGood = inner.TryReadHeader(ref packet, limits, out header, out error);
        Lines.Enqueue($"<{Text(packet)}{error}");
        return isGood;
    }

    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header) => inner.ReadAuth(packet, header);

    public override ArgumentReader OpenEvent(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments) =>
        inner.OpenEvent(packet, header, attachments);

    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments) =>
        inner.OpenAck(packet, header, attachments);

    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default => inner.ReadArgument<T>(ref arguments);

    public override void SkipArgument(scoped ref ArgumentReader arguments) => inner.SkipArgument(ref arguments);

    public override void WriteEvent<TArgs>(PacketBuffer output, string namespaceName, string eventName, in TArgs args, long ackId)
    {
        inner.WriteEvent(output, namespaceName, eventName, args, ackId);
        Log(output);
    }

    public override void WriteAck<TArgs>(PacketBuffer output, string namespaceName, long ackId, in TArgs args)
    {
        inner.WriteAck(output, namespaceName, ackId, args);
        Log(output);
    }

    public override void WriteConnect(PacketBuffer output, string namespaceName, string? sid, string? pid)
    {
        inner.WriteConnect(output, namespaceName, sid, pid);
        Log(output);
    }

    public override void WriteConnectError(PacketBuffer output, string namespaceName, string? message, object? data)
    {
        inner.WriteConnectError(output, namespaceName, message, data);
        Log(output);
    }

    public override void WriteDisconnect(PacketBuffer output, string namespaceName)
    {
        inner.WriteDisconnect(output, namespaceName);
        Log(output);
    }

    private void Log(PacketBuffer output) => Lines.Enqueue($">{Text(output.Written)}+{output.Attachments.Length}");

    private string Text(ReadOnlySpan<byte> packet) => IsBinary ? Convert.ToHexString(packet) : Encoding.UTF8.GetString(packet);
}
