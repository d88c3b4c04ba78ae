using System.Net;

namespace SocketIo.LoadTest.Load;

/// <summary>All connections of a run and what they do together.</summary>
/// <remarks>
/// One lock for everything: with completions run where they are found (see <see cref="Runs.LoadProcess"/>) there is one thread and
/// nobody waits for it; elsewhere it keeps the counts right.
/// </remarks>
internal sealed class LoadClient(Dialect dialect, int port) : IDisposable
{
    private const int Connecting = 128; // at once: below the shortest listen backlog of the servers

    private readonly IPEndPoint _server = new(IPAddress.Loopback, port);
    private readonly List<Connection> _connections = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stalledLost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _joined = new();
    private int _joinedCount;
    private int _wanted;

    public Lock Sync { get; } = new();

    public Dialect Dialect => dialect;

    /// <summary>What the connection that is being read sends when it is done.</summary>
    public FrameBuffer Outgoing { get; } = new(dialect);

    public Workload? Workload { get; set; }

    /// <summary>The connection that stops to read; null when there is none.</summary>
    public int? StalledIndex { get; set; }

    public IReadOnlyList<Connection> Connections => _connections;

    public bool HasEnded { get; private set; }

    /// <summary>Faults when anything went wrong.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Completes when the server gives up the connection that does not read, which it may.</summary>
    public Task StalledLost => _stalledLost.Task;

    /// <summary>Opens connections until there are that many, and waits until all have joined.</summary>
    public async Task ConnectAsync(int count)
    {
        lock (Sync)
        {
            _wanted = count;
            _joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        for (var i = 0; i < Connecting; i++)
            StartNext();
        await WaitAsync(_joined.Task, () => _joinedCount);
    }

    /// <summary>Waits for a task, unless the run fails or nothing changes for 20 seconds.</summary>
    public async Task WaitAsync(Task task, Func<long> progress)
    {
        var last = -1L;
        while (!task.IsCompleted)
        {
            if (progress() is var now && now == last)
                throw new DeliveryException($"nothing arrived for 20 s ({now} so far, {_joinedCount} of {_wanted} joined): lost");
            last = now;
            await await Task.WhenAny(task, Failed, Task.Delay(TimeSpan.FromSeconds(20)));
        }
        if (Failed.IsFaulted)
            await Failed;
    }

    public void Fail(Exception exception)
    {
        if (!HasEnded)
            _failed.TrySetException(exception);
    }

    /// <summary>A connection has ended, which only the one that does not read may.</summary>
    public void OnEnded(Connection connection, string how)
    {
        if (connection.Index != StalledIndex)
            throw new DeliveryException($"connection {connection.Index} ended: {how}");
        _stalledLost.TrySetResult();
    }

    public bool TryDeliver(Connection connection, ReadOnlySpan<byte> text, long now) =>
        Workload?.TryDeliver(connection, text, now) ?? false;

    public void AfterRead(Connection connection)
    {
        Workload?.AfterRead(connection);
        Flush(connection);
    }

    public void OnJoined()
    {
        if (++_joinedCount == _wanted)
            _joined.TrySetResult();
        // not inside the lock, and not as a recursion of connects that complete at once
        else if (_connections.Count < _wanted)
            ThreadPool.UnsafeQueueUserWorkItem(static client => client.StartNext(), this, preferLocal: false);
    }

    /// <summary>Sends what has been put together; under the lock.</summary>
    public void Flush(Connection connection)
    {
        if (Outgoing.IsEmpty)
            return;
        connection.Send(Outgoing.Bytes);
        Outgoing.Clear();
    }

    public void Dispose()
    {
        HasEnded = true;
        foreach (var connection in _connections)
            connection.Dispose();
    }

    private void StartNext()
    {
        Connection connection;
        lock (Sync)
        {
            if (_connections.Count >= _wanted)
                return;
            connection = new Connection(this, _connections.Count);
            _connections.Add(connection);
        }
        connection.Start(_server);
    }
}
