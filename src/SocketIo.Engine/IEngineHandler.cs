namespace SocketIo.Engine;

/// <summary>
/// What an application does with Engine.IO connections. Calls for one session never overlap, except that
/// <see cref="OnClosed"/> may come while <see cref="OnMessageAsync"/> runs. Calls for different sessions run in parallel.
/// </summary>
public interface IEngineHandler
{
    /// <summary>A client connected. What is sent from here follows the handshake packet.</summary>
    void OnOpened(EngineSession session);

    /// <summary>
    /// A message arrived; messages come in the client's order. The next one is not read before the returned task has completed.
    /// An exception closes the session (WebSocket close code 1011).
    /// </summary>
    /// <param name="session">Who sent it.</param>
    /// <param name="message">The message; its memory is valid until the method returns, not until its task completes.</param>
    ValueTask OnMessageAsync(EngineSession session, EngineMessage message);

    /// <summary>The session ended; called once, after which nothing sent on it leaves.</summary>
    void OnClosed(EngineSession session, DisconnectReason reason);
}
