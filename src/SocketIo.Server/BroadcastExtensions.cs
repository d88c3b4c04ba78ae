namespace SocketIo;

/// <summary>Starts a broadcast from a namespace (to all its sockets) or from a socket (to all but itself).</summary>
public static class BroadcastExtensions
{
    /// <inheritdoc cref="BroadcastOperator.To" />
    public static BroadcastOperator To(this IBroadcaster broadcaster, params ReadOnlySpan<string> rooms) =>
        Of(broadcaster).To(rooms);

    /// <inheritdoc cref="BroadcastOperator.To" />
    public static BroadcastOperator In(this IBroadcaster broadcaster, params ReadOnlySpan<string> rooms) =>
        Of(broadcaster).To(rooms);

    /// <inheritdoc cref="BroadcastOperator.Except" />
    public static BroadcastOperator Except(this IBroadcaster broadcaster, params ReadOnlySpan<string> rooms) =>
        Of(broadcaster).Except(rooms);

    private static BroadcastOperator Of(IBroadcaster broadcaster)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        return broadcaster.Broadcast;
    }
}
