namespace SocketIo.Engine;

/// <summary>
/// Why a connection or a socket ended, with the reference's wording. Two reasons are equal when their wording is;
/// <see cref="Description"/> is for people and logs.
/// </summary>
public readonly struct DisconnectReason : IEquatable<DisconnectReason>
{
    private readonly string? _text;

    private DisconnectReason(string text, string? description = null) => (_text, Description) = (text, description);

    /// <summary>"transport close": the connection was closed by the client or lost.</summary>
    public static DisconnectReason TransportClose { get; } = new("transport close");

    /// <summary>"transport error": the connection broke a rule of HTTP long-polling or of RFC 6455, or a write failed.</summary>
    public static DisconnectReason TransportError { get; } = new("transport error");

    /// <summary>"forced close": the server closed the connection.</summary>
    public static DisconnectReason ForcedClose { get; } = new("forced close");

    /// <summary>"ping timeout": no pong within the ping timeout.</summary>
    public static DisconnectReason PingTimeout { get; } = new("ping timeout");

    /// <summary>"parse error": an invalid packet arrived.</summary>
    public static DisconnectReason ParseError { get; } = new("parse error");

    /// <summary>"server shutting down": the host stops.</summary>
    public static DisconnectReason ServerShuttingDown { get; } = new("server shutting down");

    /// <summary>"forced server close": the client joined no namespace in time, used one it had not joined, or kept an attachment back.</summary>
    public static DisconnectReason ForcedServerClose { get; } = new("forced server close");

    /// <summary>"client namespace disconnect": the client left the namespace.</summary>
    public static DisconnectReason ClientNamespaceDisconnect { get; } = new("client namespace disconnect");

    /// <summary>"server namespace disconnect": the server disconnected the socket from the namespace.</summary>
    public static DisconnectReason ServerNamespaceDisconnect { get; } = new("server namespace disconnect");

    /// <summary>What exactly happened, in English, where more is known; else null.</summary>
    public string? Description { get; }

    /// <summary>The wording, with the description where there is one; for log lines.</summary>
    internal string InWords => Description is null ? ToString() : $"{ToString()} ({Description})";

    /// <summary>Whether two reasons have the same wording.</summary>
    public static bool operator ==(DisconnectReason left, DisconnectReason right) => left.Equals(right);

    /// <summary>Whether two reasons have different wordings.</summary>
    public static bool operator !=(DisconnectReason left, DisconnectReason right) => !left.Equals(right);

    /// <summary>The same reason with a description.</summary>
    public DisconnectReason With(string? description) => new(ToString(), description);

    /// <inheritdoc />
    public bool Equals(DisconnectReason other) => ToString() == other.ToString();

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is DisconnectReason other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The wording of the reference, such as "transport close".</summary>
    public override string ToString() => _text ?? string.Empty;
}
