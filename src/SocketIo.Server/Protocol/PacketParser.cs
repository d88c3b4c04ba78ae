using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>
/// The wire format of Socket.IO packets: what the <c>parser</c> option is in JavaScript, where the clients need the same format.
/// Set <see cref="SocketIoOptions.Parser"/> to one of your own, or to one that wraps another: <see cref="JsonPacketParser"/>, say.
/// </summary>
/// <remarks>
/// Stateless: one instance serves all clients and threads at once. A packet is one whole message, text or binary as
/// <see cref="IsBinary"/> says; a text packet is given, and written, as UTF-8. A span given to a method is valid until the method
/// returns, or as long as the <see cref="ArgumentReader"/> that it returns.
/// <para>
/// A parser that wraps another one transforms what it reads in <see cref="TryReadHeader"/>, whose packet may be replaced, and what it
/// writes by way of a <see cref="PacketBuffer"/> of its own; all else it leaves to the inner parser.
/// </para>
/// </remarks>
public abstract class PacketParser
{
    /// <summary>
    /// Whether packets are binary messages, else they are text. A message of the other kind, unless it is an attachment, closes the
    /// connection that it came from. False unless overridden.
    /// </summary>
    public virtual bool IsBinary => false;

    /// <summary>
    /// Whether an argument of a client can become a value of this type. Asked when a handler is registered, for each of its parameters: after false the
    /// registration fails. Unless overridden, true for all types but some that are no data: cancellation tokens, delegates, tasks, streams and the like.
    /// </summary>
    /// <param name="type">The type of a handler's parameter.</param>
    /// <returns>Whether <see cref="ReadArgument"/> can succeed with it.</returns>
    public virtual bool CanRead(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return !NoData.Includes(type);
    }

    /// <summary>Whether a value of this type can be sent. Asked when a handler is registered, for its result, otherwise as <see cref="CanRead"/>.</summary>
    /// <param name="type">The type of a handler's result.</param>
    /// <returns>Whether the value can be written as an argument.</returns>
    public virtual bool CanWrite(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return !NoData.Includes(type);
    }

    /// <summary>
    /// Reads and checks a packet from a client, payload and all: after true the other methods must not fail but for a value that
    /// does not convert. Must not throw, whatever the bytes.
    /// </summary>
    /// <param name="packet">
    /// The packet as it arrived. A parser may put another one in its place, in an array that nothing else writes to: that is what
    /// <paramref name="header"/> describes and the other methods are given then.
    /// </param>
    /// <param name="limits">More than this is an error.</param>
    /// <param name="header">What the packet is.</param>
    /// <param name="error">After false: what is wrong, in a few words; of a limit, its name and value. The connection is closed for it.</param>
    /// <returns>Whether the packet is a good one.</returns>
    public abstract bool TryReadHeader(ref ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header, out string? error);

    /// <summary>The object that a client sent with its connect packet, in memory of its own; undefined if it sent none.</summary>
    public abstract JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header);

    /// <summary>The name of an event, by which its handlers are found, and its arguments.</summary>
    public abstract ArgumentReader OpenEvent(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments);

    /// <summary>The arguments of an acknowledgement.</summary>
    public abstract ArgumentReader OpenAck(ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments);

    /// <summary>
    /// The value at the reader's position; moves the reader behind it. Called by <see cref="ArgumentReader"/> while there is a next
    /// argument; an exception means that the value does not convert, and reaches the application in an
    /// <see cref="EventArgumentException"/>.
    /// </summary>
    public abstract T? ReadArgument<T>(scoped ref ArgumentReader arguments);

    /// <summary>Moves the reader behind the value at its position, whatever it is. Called by <see cref="ArgumentReader"/>.</summary>
    public abstract void SkipArgument(scoped ref ArgumentReader arguments);

    /// <summary>Encodes an event. Runs on the thread that emits; an exception reaches who emits, and nothing is sent.</summary>
    /// <param name="output">Gets the packet. Empty.</param>
    /// <param name="namespaceName">The namespace, with its leading slash.</param>
    /// <param name="eventName">The name.</param>
    /// <param name="args">The arguments: give <see cref="IEventArguments.WriteTo"/> a writer.</param>
    /// <param name="ackId">The id of the acknowledgement that is waited for, or <see cref="PacketHeader.NoId"/>.</param>
    public abstract void WriteEvent<TArgs>(PacketBuffer output, string namespaceName, string eventName, in TArgs args, long ackId)
        where TArgs : struct, IEventArguments, allows ref struct;

    /// <summary>Encodes the acknowledgement of a client's event.</summary>
    /// <inheritdoc cref="WriteEvent" path="/param" />
    public abstract void WriteAck<TArgs>(PacketBuffer output, string namespaceName, long ackId, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct;

    /// <summary>
    /// Encodes what tells a client that it has joined a namespace, as the socket of that id; <paramref name="pid"/>, the private id
    /// with which it can come back, is left out if null. Both are null, and the packet has no payload, for a client of Engine.IO
    /// protocol 3.
    /// </summary>
    public abstract void WriteConnect(PacketBuffer output, string namespaceName, string? sid, string? pid);

    /// <summary>
    /// Encodes a refusal to join; <paramref name="data"/> is left out if null. A message of null, for a client of Engine.IO
    /// protocol 3, means that the data alone is the payload.
    /// </summary>
    public abstract void WriteConnectError(PacketBuffer output, string namespaceName, string? message, object? data);

    /// <summary>Encodes what tells a client that it is out of the namespace.</summary>
    public abstract void WriteDisconnect(PacketBuffer output, string namespaceName);
}
