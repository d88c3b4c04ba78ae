using System.Collections.Concurrent;
using SocketIo.Cluster;
using SocketIo.Handlers;

namespace SocketIo.Peers;

/// <summary>
/// Brings events of other servers to their handlers: started one by one in the order of the events, on the thread pool, and not waited for.
/// </summary>
internal sealed class ServerEvents(Namespace @namespace) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<(PacketData Data, Action<PacketData?>? Answer)> _waiting = new();
    private int _isRunning;

    public void Receive(PacketData data, Action<PacketData?>? answer)
    {
        _waiting.Enqueue((data, answer));
        Run();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (_waiting.TryDequeue(out var received))
            _ = HandleAsync(received.Data, received.Answer);
        Volatile.Write(ref _isRunning, 0);
        Run();
    }

    private void Run()
    {
        if (!_waiting.IsEmpty && Interlocked.CompareExchange(ref _isRunning, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task HandleAsync(PacketData data, Action<PacketData?>? answer)
    {
        var listeners = Find(data, out var name);
        var reply = answer is null ? null : new PeerReply(@namespace.Server.PeerFormat, answer);
        var hasFailed = listeners.Length == 0;
        foreach (var running in listeners.Select(listener => Call(listener, data, reply, name)).ToArray())
            hasFailed |= !await running.ConfigureAwait(false);

        // whoever took the acknowledgement over answers when he likes
        if (hasFailed || !listeners.Any(static listener => listener.Parameters.Contains(typeof(Ack))))
            reply?.End(hasFailed);
    }

    private EventListener[] Find(in PacketData data, out string name)
    {
        var arguments = @namespace.Server.PeerFormat.OpenEvent(data);
        name = arguments.NameOfEvent ?? "";
        return @namespace.ServerListeners.Find(arguments.EventName);
    }

    /// <summary>The task does not fail; false when the handler has.</summary>
    private Task<bool> Call(EventListener listener, in PacketData data, PeerReply? reply, string name)
    {
        try
        {
            var ack = reply is null ? AckReply.None : new AckReply(null, 0, reply);
            var call = new EventCall(listener, null!, @namespace.Server.PeerFormat.OpenEvent(data), ack);
            return GuardAsync(listener.Body(ref call), name);
        }
        catch (Exception exception)
        {
            return Task.FromResult(Report(exception, name));
        }
    }

    private async Task<bool> GuardAsync(ValueTask running, string name)
    {
        try
        {
            await running.ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            return Report(exception, name);
        }
    }

    private bool Report(Exception exception, string name)
    {
        Log.ServerEventFailed(@namespace.Server.Logger, exception, LogText.Of(name), @namespace.Name);
        return false;
    }
}
