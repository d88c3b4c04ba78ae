namespace SocketIo;

/// <summary>
/// Where a <see cref="BroadcastOperator"/> of a unit test ends: it records what the code under test broadcasts, and answers. Derive from it, and give
/// <c>new BroadcastOperator(channel)</c> to the code by a fake <see cref="IBroadcaster"/> or <see cref="Socket"/>.
/// </summary>
/// <remarks>What is not overridden throws <see cref="NotSupportedException"/>.</remarks>
public abstract class BroadcastChannel
{
    /// <summary>An event is emitted.</summary>
    /// <param name="recipients">Whom it is for.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments in their order.</param>
    protected internal virtual void Emit(BroadcastRecipients recipients, string eventName, IReadOnlyList<object?> arguments) =>
        throw NotOverridden(nameof(Emit));

    /// <summary>An event is emitted and acknowledgements are waited for.</summary>
    /// <param name="recipients">Whom it is for.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments in their order.</param>
    /// <param name="timeout">How long to wait; null when the code named no timeout.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The acknowledgements.</returns>
    protected internal virtual Task<AckResults<AckValues>> EmitWithAckAsync(
        BroadcastRecipients recipients, string eventName, IReadOnlyList<object?> arguments, TimeSpan? timeout, CancellationToken cancellationToken) =>
        throw NotOverridden(nameof(EmitWithAckAsync));

    /// <summary>The sockets are added to rooms.</summary>
    /// <param name="recipients">Which sockets.</param>
    /// <param name="rooms">The rooms.</param>
    /// <returns>Completes when that is done.</returns>
    protected internal virtual ValueTask JoinAsync(BroadcastRecipients recipients, IReadOnlyList<string> rooms) => throw NotOverridden(nameof(JoinAsync));

    /// <summary>The sockets are removed from rooms.</summary>
    /// <param name="recipients">Which sockets.</param>
    /// <param name="rooms">The rooms.</param>
    /// <returns>Completes when that is done.</returns>
    protected internal virtual ValueTask LeaveAsync(BroadcastRecipients recipients, IReadOnlyList<string> rooms) => throw NotOverridden(nameof(LeaveAsync));

    /// <summary>The sockets are disconnected.</summary>
    /// <param name="recipients">Which sockets.</param>
    /// <param name="close">Whether their clients' connections are closed.</param>
    /// <returns>Completes when that is done.</returns>
    protected internal virtual ValueTask DisconnectAsync(BroadcastRecipients recipients, bool close) => throw NotOverridden(nameof(DisconnectAsync));

    /// <summary>The sockets are fetched.</summary>
    /// <param name="recipients">Which sockets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The sockets.</returns>
    protected internal virtual ValueTask<IReadOnlyList<RemoteSocket>> FetchAsync(BroadcastRecipients recipients, CancellationToken cancellationToken) =>
        throw NotOverridden(nameof(FetchAsync));

    private NotSupportedException NotOverridden(string member) => new($"{GetType().Name} does not override {nameof(BroadcastChannel)}.{member}.");
}
