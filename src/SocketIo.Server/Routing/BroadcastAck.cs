using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>Waits for the acknowledgements of all receivers of a broadcast.</summary>
internal sealed class BroadcastAck<T>(AckTable table, string eventName) : PendingAck
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly HashSet<Socket> _expected = [];
    private readonly List<AckResponse<T>> _responses = [];
    private readonly List<string> _missing = [];
    private bool _sent;

    public long Id { get; } = table.NextId();

    /// <summary>One more receiver; called before the event is sent to it.</summary>
    public void Expect(Socket socket)
    {
        lock (_sync)
            _expected.Add(socket);
    }

    /// <summary>The broadcast was sent to all receivers; waits for what they say.</summary>
    public async Task<AckResults<T>> WaitAsync(TimeSpan? timeout, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            lock (_sync)
            {
                _sent = true;
                foreach (var socket in _expected.Where(static socket => !socket.IsConnected).ToArray())
                    Miss(socket);
                CompleteIfDone();
            }
            await _completion.Task.WaitAsync(timeout ?? Timeout.InfiniteTimeSpan, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // those who did not answer are reported as missing
        }
        finally
        {
            table.Remove(Id);
        }

        lock (_sync)
            return new AckResults<T>([.. _responses], [.. _missing, .. _expected.Select(static socket => socket.Id)]);
    }

    public override void Receive(Socket socket, ref ArgumentReader arguments)
    {
        T? value;
        var converted = true;
        try
        {
            value = arguments.Read<T>();
        }
        catch (EventArgumentException exception)
        {
            socket.Namespace.Report(socket, exception, eventName);
            value = default;
            converted = false;
        }

        lock (_sync)
        {
            if (!converted)
                Miss(socket);
            else if (_expected.Remove(socket))
                _responses.Add(new AckResponse<T>(socket.Id, value));
            CompleteIfDone();
        }
    }

    public override void Lose(Socket socket)
    {
        lock (_sync)
        {
            Miss(socket);
            CompleteIfDone();
        }
    }

    private void Miss(Socket socket)
    {
        if (_expected.Remove(socket))
            _missing.Add(socket.Id);
    }

    private void CompleteIfDone()
    {
        if (_sent && _expected.Count == 0)
            _completion.TrySetResult();
    }
}
