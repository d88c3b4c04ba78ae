using System.Collections.Concurrent;

namespace SocketIo.Engine.Tests.Sessions;

/// <summary>An application that writes down what it is told, and does what a test says.</summary>
internal sealed class TestHandler : IEngineHandler
{
    private readonly ConcurrentQueue<string> _calls = new();

    public string[] Calls => [.. _calls];

    public Action<EngineSession>? Opened { get; set; }

    public Func<EngineSession, string, ValueTask>? Message { get; set; }

    public Action<EngineSession, DisconnectReason>? Closed { get; set; }

    public void OnOpened(EngineSession session)
    {
        Opened?.Invoke(session);
        _calls.Enqueue("opened");
    }

    public ValueTask OnMessageAsync(EngineSession session, EngineMessage message)
    {
        var text = message.IsBinary ? Convert.ToHexString(message.Data) : message.Text;
        _calls.Enqueue("message " + text);
        return Message?.Invoke(session, text) ?? ValueTask.CompletedTask;
    }

    public void OnClosed(EngineSession session, DisconnectReason reason)
    {
        _calls.Enqueue($"closed {reason}");
        Closed?.Invoke(session, reason);
    }
}
