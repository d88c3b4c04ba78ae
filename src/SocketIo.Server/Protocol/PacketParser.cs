using System.Text.Json;
using SocketIo.Engine.Sessions;

namespace SocketIo.Protocol;

/// <summary>
/// The wire format of Socket.IO packets. Stateless: one instance serves all clients and threads. A packet is the whole
/// text after the Engine.IO type character; attachments come as messages of their own.
/// </summary>
internal abstract class PacketParser
{
    /// <summary>
    /// Reads and checks a packet from a client, payload and all: after true the calls below cannot fail but for a value
    /// that does not convert. <paramref name="error"/> says what is wrong otherwise.
    /// </summary>
    public abstract bool TryReadHeader(
        ReadOnlySpan<byte> packet, int maxAttachments, out PacketHeader header, out string? error);

    /// <summary>The object that a client sent with its connect packet; undefined if it sent none.</summary>
    public abstract JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header);

    /// <summary>The name of an event, as UTF-8 (of a numeric name its digits), and its arguments.</summary>
    public abstract ArgumentReader OpenEvent(
        ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments, out ReadOnlySpan<byte> name);

    public abstract ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments);

    /// <summary>The value at the reader's position; moves the reader behind it. Called by <see cref="ArgumentReader"/>.</summary>
    /// <exception cref="EventArgumentException">The value does not convert.</exception>
    public abstract T? ReadArgument<T>(scoped ref ArgumentReader arguments);

    /// <summary>Moves the reader behind the value at its position, whatever it is. Called by <see cref="ArgumentReader"/>.</summary>
    public abstract void SkipArgument(scoped ref ArgumentReader arguments);

    public abstract Frame WriteEvent<TArgs>(string namespaceName, string eventName, in TArgs args, long ackId)
        where TArgs : struct, IEventArguments, allows ref struct;

    public abstract Frame WriteAck<TArgs>(string namespaceName, long ackId, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct;

    /// <summary>Accepts a connection; <paramref name="pid"/>, the private id, is left out if null.</summary>
    public abstract Frame WriteConnect(string namespaceName, string sid, string? pid = null);

    /// <summary>Refuses a connection; <paramref name="data"/> is left out if null.</summary>
    public abstract Frame WriteConnectError(string namespaceName, string message, object? data);

    public abstract Frame WriteDisconnect(string namespaceName);
}
