using System.Collections.Concurrent;
using SocketIo.Engine;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>An application that sends every message back, and writes down what it is told.</summary>
internal sealed class Echo : IEngineHandler
{
    private readonly ConcurrentQueue<DisconnectReason> _closed = new();

    public ConcurrentDictionary<string, EngineSession> Sessions { get; } = new();

    public DisconnectReason[] Closed => [.. _closed];

    public Action<EngineSession>? Opened { get; set; }

    /// <summary>Instead of sending the message back.</summary>
    public Func<EngineSession, string, ValueTask>? Message { get; set; }

    public void OnOpened(EngineSession session)
    {
        Sessions[session.Id] = session;
        Opened?.Invoke(session);
    }

    public ValueTask OnMessageAsync(EngineSession session, EngineMessage message)
    {
        if (Message is { } handle)
            return handle(session, message.IsBinary ? Convert.ToHexString(message.Data) : message.Text);
        if (message.IsBinary)
            session.Send(message.Data);
        else
            session.Send(message.Text);
        return ValueTask.CompletedTask;
    }

    public void OnClosed(EngineSession session, DisconnectReason reason) => _closed.Enqueue(reason);
}
