using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.Parsers.Tests;

/// <summary>Counts how often an argument is read or skipped.</summary>
internal sealed class CountingParser(PacketParser inner) : PacketParser
{
    private int _steps;

    public int Steps => Volatile.Read(ref _steps);

    public override bool IsBinary => inner.IsBinary;

    public override bool TryReadHeader(ref ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header, out string? error) =>
        inner.TryReadHeader(ref packet, limits, out header, out error);

    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header) => inner.ReadAuth(packet, header);

    public override ArgumentReader OpenEvent(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments) =>
        Over(inner.OpenEvent(packet, header, attachments));

    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments) =>
        Over(inner.OpenAck(packet, header, attachments));

    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default
    {
        Interlocked.Increment(ref _steps);
        return inner.ReadArgument<T>(ref arguments);
    }

    public override void SkipArgument(scoped ref ArgumentReader arguments)
    {
        Interlocked.Increment(ref _steps);
        inner.SkipArgument(ref arguments);
    }

    public override void WriteEvent<TArgs>(PacketBuffer output, string namespaceName, string eventName, in TArgs args, long ackId) =>
        inner.WriteEvent(output, namespaceName, eventName, args, ackId);

    public override void WriteAck<TArgs>(PacketBuffer output, string namespaceName, long ackId, in TArgs args) =>
        inner.WriteAck(output, namespaceName, ackId, args);

    public override void WriteConnect(PacketBuffer output, string namespaceName, string? sid, string? pid) =>
        inner.WriteConnect(output, namespaceName, sid, pid);

    public override void WriteConnectError(PacketBuffer output, string namespaceName, string? message, object? data) =>
        inner.WriteConnectError(output, namespaceName, message, data);

    public override void WriteDisconnect(PacketBuffer output, string namespaceName) => inner.WriteDisconnect(output, namespaceName);

    // A reader at the same place, which asks this parser.
    private ArgumentReader Over(ArgumentReader other)
    {
        var reader = new ArgumentReader(this, other.Packet, other.EventName, other.Attachments) { State = other.State };
        reader.MoveTo(other.Position, other.HasMore);
        return reader;
    }
}
