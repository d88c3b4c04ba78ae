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
    /// How events are turned into JSON and back. A source-generated context in its resolver chain is enough when reflection is off.
    /// Default: web naming (camelCase), non-ASCII text as it is. Copied when the server starts.
    /// </summary>
    public JsonSerializerOptions Json { get; set; } = JsonPacketParser.CreateDefaultOptions();

    /// <summary>
    /// The wire format of packets; clients need the same one. Null, the default, takes that of stock clients: text, with
    /// <see cref="Json"/> for the arguments.
    /// </summary>
    public PacketParser? Parser { get; set; }

    /// <summary>Whether the bundles of the JavaScript client are served under the path, such as "/socket.io/socket.io.js". Default true.</summary>
    public bool ServeClient { get; set; } = true;

    /// <summary>How long a connection may stay without joining a namespace. Default 45 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How long an emit with acknowledgement waits when it names no timeout itself; null waits until the socket is gone. Default null.</summary>
    public TimeSpan? AckTimeout { get; set; }

    /// <summary>
    /// How many handlers of one socket may run at once. With 1, the default, handlers of a socket never overlap and run in the
    /// order of the client's events; with more, they are started in that order and not waited for, as Node does.
    /// </summary>
    public int MaxConcurrentHandlers { get; set; } = 1;

    /// <summary>
    /// How many events of one client may wait for handlers before the server stops reading from it. Acknowledgements and
    /// disconnects do not wait behind handlers, but what is not read is not seen. Default 256.
    /// </summary>
    public int MaxPendingHandlers { get; set; } = 256;

    /// <summary>The most binary attachments of one packet from a client. Default 10, as in the reference.</summary>
    public int MaxAttachments { get; set; } = 10;

    /// <summary>Whether a namespace made by a pattern is removed when its last socket leaves. Default false.</summary>
    public bool CleanupEmptyChildNamespaces { get; set; }

    /// <summary>
    /// Lets clients that lose their connection find their state again (<see cref="Socket.Recovered"/>); null, the default, keeps
    /// nothing and adds nothing to the wire.
    /// </summary>
    public ConnectionStateRecoveryOptions? ConnectionStateRecovery { get; set; }

    /// <inheritdoc />
    public override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(Json, nameof(Json));
        Positive(ConnectTimeout, nameof(ConnectTimeout));
        if (AckTimeout is { } ackTimeout)
            Positive(ackTimeout, nameof(AckTimeout));
        Positive(MaxConcurrentHandlers, nameof(MaxConcurrentHandlers));
        Positive(MaxPendingHandlers, nameof(MaxPendingHandlers));
        if (MaxAttachments < 0)
            throw new ArgumentException($"{nameof(MaxAttachments)} must not be negative, not {MaxAttachments}.");
        if (ConnectionStateRecovery is { } recovery)
            Validate(recovery);
    }

    private static void Validate(ConnectionStateRecoveryOptions recovery)
    {
        const string Prefix = nameof(ConnectionStateRecovery) + ".";
        Positive(recovery.MaxDisconnectionDuration, Prefix + nameof(recovery.MaxDisconnectionDuration));
        Positive(recovery.MaxStoredBytes, Prefix + nameof(recovery.MaxStoredBytes));
        Positive(recovery.MaxStoredSessions, Prefix + nameof(recovery.MaxStoredSessions));
    }
}
