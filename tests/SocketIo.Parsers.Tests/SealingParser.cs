using System.Buffers;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.Parsers.Tests;

/// <summary>
/// Makes the messages of another parser unreadable on the wire, as an application that encrypts would: each is a random byte and the
/// message mixed with it. tests/clients/sealingParser.mjs is its other end.
/// </summary>
internal sealed class SealingParser(PacketParser inner) : PacketParser
{
    // whatever the inner one is
    public override bool IsBinary => true;

    public override bool TryReadHeader(ref ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header, out string? error)
    {
        packet = Open(packet);
        return inner.TryReadHeader(ref packet, limits, out header, out error);
    }

    public override JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header) => inner.ReadAuth(packet, header);

    public override ArgumentReader OpenEvent(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments) =>
        inner.OpenEvent(packet, header, Open(attachments));

    public override ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments) =>
        inner.OpenAck(packet, header, Open(attachments));

    // the readers are the inner parser's
    public override T? ReadArgument<T>(scoped ref ArgumentReader arguments) where T : default => throw new NotSupportedException();

    public override void SkipArgument(scoped ref ArgumentReader arguments) => throw new NotSupportedException();

    public override void WriteEvent<TArgs>(PacketBuffer output, string namespaceName, string eventName, in TArgs args, long ackId)
    {
        var plain = new PacketBuffer();
        inner.WriteEvent(plain, namespaceName, eventName, args, ackId);
        Seal(plain, output);
    }

    public override void WriteAck<TArgs>(PacketBuffer output, string namespaceName, long ackId, in TArgs args)
    {
        var plain = new PacketBuffer();
        inner.WriteAck(plain, namespaceName, ackId, args);
        Seal(plain, output);
    }

    public override void WriteConnect(PacketBuffer output, string namespaceName, string? sid, string? pid)
    {
        var plain = new PacketBuffer();
        inner.WriteConnect(plain, namespaceName, sid, pid);
        Seal(plain, output);
    }

    public override void WriteConnectError(PacketBuffer output, string namespaceName, string? message, object? data)
    {
        var plain = new PacketBuffer();
        inner.WriteConnectError(plain, namespaceName, message, data);
        Seal(plain, output);
    }

    public override void WriteDisconnect(PacketBuffer output, string namespaceName)
    {
        var plain = new PacketBuffer();
        inner.WriteDisconnect(plain, namespaceName);
        Seal(plain, output);
    }

    private static void Seal(PacketBuffer plain, PacketBuffer output)
    {
        output.Write(Seal(plain.Written));
        foreach (var attachment in plain.Attachments)
            output.Attach(Seal(attachment.Span));
    }

    private static byte[] Seal(ReadOnlySpan<byte> plain)
    {
        var key = (byte)Random.Shared.Next(1, 256);
        return [key, .. Mix(plain, key)];
    }

    private static byte[] Open(ReadOnlySpan<byte> message) => message.IsEmpty ? [] : Mix(message[1..], message[0]);

    private static byte[][] Open(byte[][] messages) => [.. messages.Select(static message => Open(message))];

    private static byte[] Mix(ReadOnlySpan<byte> bytes, byte key)
    {
        var mixed = bytes.ToArray();
        foreach (ref var value in mixed.AsSpan())
            value ^= key;
        return mixed;
    }
}
