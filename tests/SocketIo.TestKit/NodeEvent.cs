using System.Text.Json;

namespace SocketIo.TestKit;

/// <summary>Something a Node client saw.</summary>
/// <param name="Name">The event's name, or for a lifecycle event what the client library calls it.</param>
/// <param name="Args">Its arguments, without the acknowledgement function.</param>
/// <param name="IsLifecycle">
/// True for what the library tells itself: <c>connect</c> (id), <c>connect_error</c> (message, data), <c>disconnect</c>
/// (reason, description), <c>upgrade</c> (transport), <c>upgrade_error</c> (message), <c>reconnect_attempt</c> and
/// <c>reconnect</c> (attempt), <c>reconnect_failed</c>.
/// </param>
/// <param name="WantsAck">True when the server asked for an acknowledgement.</param>
public sealed record NodeEvent(string Name, JsonElement[] Args, bool IsLifecycle, bool WantsAck)
{
    public override string ToString() => $"{Name}({string.Join(", ", Args)})";
}
