using System.Text.Json;
using SocketIo.Engine;
using SocketIo.Protocol;

namespace SocketIo;

/// <summary>Options of the server, those of the engine below included. Defaults are the reference's. Validated when the host starts.</summary>
public sealed class SocketIoOptions : EngineOptions
{
    /// <summary>Makes the defaults.</summary>
    public SocketIoOptions() => Path = "/socket.io";

    /// <summary>
    /// How arguments are turned into JSON and back. A source-generated context in its resolver chain is enough when reflection is off.
    /// Default: web naming (camelCase), and what is missing or null where nullable annotations or constructors say that it is there
    /// can't be converted. Copied when the server starts.
    /// </summary>
    /// <remarks>
    /// <para>
    /// What is sent is what JSON.stringify would send: an <see cref="JsonSerializerOptions.Encoder"/> of null, or the default, escapes
    /// quotes, backslashes, control characters and half a surrogate pair only, and NaN and infinities are null unless
    /// <see cref="JsonSerializerOptions.NumberHandling"/> says otherwise. Values may be null when they are sent, whatever
    /// <see cref="JsonSerializerOptions.RespectNullableAnnotations"/> says.
    /// </para>
    /// <para>
    /// <see cref="JsonSerializerOptions.MaxDepth"/> (the arguments are in an array, which counts),
    /// <see cref="JsonSerializerOptions.AllowTrailingCommas"/> and <see cref="JsonSerializerOptions.ReadCommentHandling"/> hold for all
    /// that clients send; other packets close the connection with reason "parse error". Half a surrogate pair arrives as U+FFFD.
    /// </para>
    /// <para>
    /// What is read as <c>object</c> is null, bool, long, double, string, byte[], <see cref="List{T}"/> of such, or
    /// <see cref="Dictionary{TKey, TValue}"/> of such by names, and with MessagePack DateTime too; emitted again, it is the same to a
    /// JavaScript client. A whole number is a long, however it was written. <see cref="JsonSerializerOptions.UnknownTypeHandling"/> can
    /// ask for <see cref="System.Text.Json.Nodes.JsonNode"/> instead, and a converter for object for anything.
    /// </para>
    /// </remarks>
    public JsonSerializerOptions Json { get; set; } = ArgumentOptions.CreateDefault();

    /// <summary>
    /// The wire format of packets; clients need the same one. Null, the default, takes that of stock clients: text, with
    /// <see cref="Json"/> for the arguments.
    /// </summary>
    public PacketParser? Parser { get; set; }

    /// <summary>Whether the bundles of the JavaScript client are served under the path, such as "/socket.io/socket.io.js". Default true.</summary>
    public bool ServeClient { get; set; } = true;

    /// <summary>How long a connection may stay without joining a namespace. Default 45 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// How long a host that stops waits for handlers that still run, those of the disconnects included; <c>HostOptions.ShutdownTimeout</c>
    /// bounds it too. A warning says how many were left behind. Handlers that wait for something should end by
    /// <see cref="Socket.Disconnection"/>. Zero does not wait. Default 5 s.
    /// </summary>
    public TimeSpan HandlerShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    internal override TimeSpan HandshakeTimeout => ConnectTimeout;

    /// <summary>How long an emit with acknowledgement waits when it names no timeout itself; null waits until the socket is gone. Default null.</summary>
    public TimeSpan? AckTimeout { get; set; }

    /// <summary>
    /// How many handlers of one socket may run at once. With 1, the default, handlers of a socket never overlap and run in the
    /// order of the client's events; with more, they are started in that order and not waited for, as Node does. The connection handlers are
    /// one of them: with 1 the client's events wait until these have ended, so work that goes on is started there and not awaited.
    /// </summary>
    public int MaxConcurrentHandlers { get; set; } = 1;

    /// <summary>
    /// How many bytes of one connection's events may wait for handlers before the server stops reading from it; it reads on as handlers
    /// end. Each event counts with its attachments and 256 bytes for itself. Acknowledgements, disconnects, joins and pongs that are read
    /// do not wait behind events; what is not read is not seen, so a handler should not wait without a timeout for an acknowledgement of a
    /// client that sends as much as this. The event that reaches the limit is kept, whatever its size. Default 1 MiB.
    /// </summary>
    public int MaxPendingEventBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// The most arguments of an event from a client, its name not counted, or of an acknowledgement; more close the connection with
    /// reason "parse error". An array is one argument, however long. Default 1,000.
    /// </summary>
    public int MaxArguments { get; set; } = 1000;

    /// <summary>
    /// The most binary attachments of one packet from a client; more close the connection with reason "parse error", and so do two
    /// placeholders for one attachment, which the reference takes. Default 10, as in the reference.
    /// </summary>
    public int MaxAttachments { get; set; } = 10;

    /// <summary>
    /// The most bytes of all attachments of one packet from a client together; more close the connection with reason "parse error". Null,
    /// the default, takes 10,000,000 or <see cref="EngineOptions.MaxHttpBufferSize"/>, whichever is more.
    /// </summary>
    public int? MaxAttachmentBytes { get; set; }

    /// <summary>
    /// How long a client may take to send the next attachment of a packet that it has begun; a connection that takes longer is closed
    /// with reason "forced server close". Default 30 s.
    /// </summary>
    public TimeSpan AttachmentTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The most namespaces of one connection: those it has joined and those it waits to join. One more is refused with
    /// <c>connect_error</c> "Too many namespaces". Default 100.
    /// </summary>
    public int MaxNamespaces { get; set; } = 100;

    /// <summary>
    /// The most rooms that one socket may be in, its own id's not counted; <see cref="Socket.JoinAsync"/> throws for one more. Default
    /// 10,000.
    /// </summary>
    public int MaxRooms { get; set; } = 10_000;

    /// <summary>
    /// The most acknowledgements that one socket may owe; an emit that asks for one more is not sent and fails with
    /// <see cref="EventDroppedException"/>, and a broadcast counts the socket as missing. Default 10,000.
    /// </summary>
    public int MaxPendingAcks { get; set; } = 10_000;

    /// <summary>
    /// The longest name of a namespace that a client may ask for, in bytes of UTF-8; a longer one is refused as "Invalid namespace" before
    /// a pattern sees it. Default 256.
    /// </summary>
    public int MaxNamespaceLength { get; set; } = 256;

    /// <summary>Whether a namespace made by a pattern is removed when its last socket leaves. Default false, as in the reference.</summary>
    /// <remarks>
    /// While it is false, a namespace stays for as long as the process runs once a client was in it, and nothing limits how many there are:
    /// where clients choose the names, set it to true, or let the pattern's middleware or predicate accept only names that you know.
    /// </remarks>
    public bool CleanupEmptyChildNamespaces { get; set; }

    /// <summary>
    /// Lets clients that lose their connection find their state again (<see cref="Socket.Recovered"/>); null, the default, keeps
    /// nothing and adds nothing to the wire.
    /// </summary>
    public ConnectionStateRecoveryOptions? ConnectionStateRecovery { get; set; }

    private protected override void Check(OptionCheck check)
    {
        base.Check(check);
        check.Require(Json is not null, nameof(Json), "be set", Json);
        check.Positive(ConnectTimeout, nameof(ConnectTimeout));
        check.Require(
            HandlerShutdownTimeout >= TimeSpan.Zero && HandlerShutdownTimeout <= TimeSpan.FromDays(1), nameof(HandlerShutdownTimeout), "be 0 to one day", HandlerShutdownTimeout);
        if (AckTimeout is { } ackTimeout)
            check.Positive(ackTimeout, nameof(AckTimeout));
        check.Positive(MaxConcurrentHandlers, nameof(MaxConcurrentHandlers));
        check.Positive(MaxPendingEventBytes, nameof(MaxPendingEventBytes));
        check.Positive(MaxArguments, nameof(MaxArguments));
        check.NotNegative(MaxAttachments, nameof(MaxAttachments));
        check.Positive(MaxAttachmentBytes ?? 1, nameof(MaxAttachmentBytes));
        check.Positive(AttachmentTimeout, nameof(AttachmentTimeout));
        check.Positive(MaxNamespaces, nameof(MaxNamespaces));
        check.Positive(MaxNamespaceLength, nameof(MaxNamespaceLength));
        check.Positive(MaxRooms, nameof(MaxRooms));
        check.Positive(MaxPendingAcks, nameof(MaxPendingAcks));
        ConnectionStateRecovery?.Check(check);
    }
}
