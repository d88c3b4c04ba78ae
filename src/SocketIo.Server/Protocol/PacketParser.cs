using System.Text.Json;
using SocketIo.Engine.Sessions;

namespace SocketIo.Protocol;

/// <summary>
/// The wire format of Socket.IO packets: what the <c>parser</c> option is in JavaScript, where the clients need the same format.
/// Set <see cref="SocketIoOptions.Parser"/> to one of your own.
/// </summary>
/// <remarks>
/// Stateless: one instance serves all clients and threads at once. A packet is one whole message, text or binary as
/// <see cref="IsBinary"/> says; a text packet is given as UTF-8. A span given to a method is valid until
/// the method returns, or as long as the <see cref="ArgumentReader"/> that it returns.
/// </remarks>
public abstract class PacketParser
{
    /// <summary>
    /// Whether packets are binary messages, else they are text. A message of the other kind, unless it is an attachment, closes the
    /// connection that it came from. False unless overridden.
    /// </summary>
    public virtual bool IsBinary => false;

    /// <summary>
    /// Reads and checks a packet from a client, payload and all: after true the other methods must not fail but for a value that
    /// does not convert. Must not throw, whatever the bytes.
    /// </summary>
    /// <param name="packet">The packet.</param>
    /// <param name="maxAttachments">More than so many attachments are an error.</param>
    /// <param name="header">What the packet is.</param>
    /// <param name="error">After false: what is wrong, in a few words. The connection is closed for it.</param>
    public abstract bool TryReadHeader(
        ReadOnlySpan<byte> packet, int maxAttachments, out PacketHeader header, out string? error);

    /// <summary>The object that a client sent with its connect packet, in memory of its own; undefined if it sent none.</summary>
    public abstract JsonElement ReadAuth(ReadOnlySpan<byte> packet, in PacketHeader header);

    /// <summary>The name of an event, as UTF-8, and its arguments. Handlers are found by the name.</summary>
    public abstract ArgumentReader OpenEvent(
        ReadOnlySpan<byte> packet, scoped in PacketHeader header, byte[][] attachments, out ReadOnlySpan<byte> name);

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
    /// <param name="namespaceName">The namespace, with its leading slash.</param>
    /// <param name="eventName">The name.</param>
    /// <param name="args">The arguments: give <see cref="IEventArguments.WriteTo"/> a writer.</param>
    /// <param name="ackId">The id of the acknowledgement that is waited for, or <see cref="PacketHeader.NoId"/>.</param>
    public abstract Frame WriteEvent<TArgs>(string namespaceName, string eventName, in TArgs args, long ackId)
        where TArgs : struct, IEventArguments, allows ref struct;

    /// <summary>Encodes the acknowledgement of a client's event.</summary>
    /// <inheritdoc cref="WriteEvent" path="/param" />
    public abstract Frame WriteAck<TArgs>(string namespaceName, long ackId, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct;

    /// <summary>
    /// Encodes what tells a client that it has joined a namespace, as the socket of that id; <paramref name="pid"/>, the private id
    /// with which it can come back, is left out if null. Both are null, and the packet has no payload, for a client of Engine.IO
    /// protocol 3.
    /// </summary>
    public abstract Frame WriteConnect(string namespaceName, string? sid, string? pid);

    /// <summary>
    /// Encodes a refusal to join; <paramref name="data"/> is left out if null. A message of null, for a client of Engine.IO
    /// protocol 3, means that the data alone is the payload.
    /// </summary>
    public abstract Frame WriteConnectError(string namespaceName, string? message, object? data);

    /// <summary>Encodes what tells a client that it is out of the namespace.</summary>
    public abstract Frame WriteDisconnect(string namespaceName);
}
