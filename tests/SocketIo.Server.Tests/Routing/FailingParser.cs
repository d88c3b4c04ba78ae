using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Routing;

/// <summary>The default parser, but for what a test lets fail.</summary>
internal sealed class FailingParser : PacketParser
{
    private readonly JsonPacketParser _parser = new(ArgumentOptions.CreateDefault());

    public bool FailsConnect { get; set; }

    public bool FailsDisconnect { get; set; }

    /// <summary>In place of the type of each packet.</summary>
    public PacketType? Type { get; set; }

    public override bool TryReadHeader(ref ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header, out string? error)
    {
        var isRead = _parser.TryReadHeader(ref packet, limits, out header, out error);
        if (Type is { } type)
            header = new PacketHeader(type, 0, default, header.AckId, header.PayloadStart);
        return isRead;
    }

    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header) => _parser.ReadAuth(packet, header);

    public override ArgumentReader OpenEvent(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments) =>
        _parser.OpenEvent(packet, header, attachments);

    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments) =>
        _parser.OpenAck(packet, header, attachments);

    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default => _parser.ReadArgument<T>(ref arguments);

    public override void SkipArgument(scoped ref ArgumentReader arguments) => _parser.SkipArgument(ref arguments);

    public override void WriteEvent<TArgs>(PacketBuffer output, string namespaceName, string eventName, in TArgs args, long ackId) =>
        _parser.WriteEvent(output, namespaceName, eventName, args, ackId);

    public override void WriteAck<TArgs>(PacketBuffer output, string namespaceName, long ackId, in TArgs args) =>
        _parser.WriteAck(output, namespaceName, ackId, args);

    public override void WriteConnect(PacketBuffer output, string namespaceName, string? sid, string? pid)
    {
        if (FailsConnect)
            throw new InvalidOperationException("connect");
        _parser.WriteConnect(output, namespaceName, sid, pid);
    }

    public override void WriteConnectError(PacketBuffer output, string namespaceName, string? message, object? data) =>
        _parser.WriteConnectError(output, namespaceName, message, data);

    public override void WriteDisconnect(PacketBuffer output, string namespaceName)
    {
        if (FailsDisconnect)
            throw new InvalidOperationException("disconnect");
        _parser.WriteDisconnect(output, namespaceName);
    }
}
