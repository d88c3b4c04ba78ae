using System.Diagnostics;

namespace SocketIo.Benchmarks.Support;

/// <summary>
/// One task broadcasts to 100 rooms while 8 others join and leave them all the time; checks that who stays in a room gets each of
/// its messages exactly once and in order.
/// </summary>
public sealed class ChurnRun : IDisposable
{
    private const int RoomCount = 100;
    private const int StayingPerRoom = 10;
    private const int Tasks = 8;
    private const int SocketsPerTask = 4;
    private const int RoundsInFlight = 64; // what a receiver may be behind: far below the queue's limit

    private readonly NullServer _server = new();
    private readonly NumberCheckingTransport[] _staying = [.. Enumerable.Range(0, RoomCount * StayingPerRoom).Select(static _ => new NumberCheckingTransport())];
    private readonly string[] _rooms = [.. Enumerable.Range(0, RoomCount).Select(static room => $"room {room}")];
    private long _changes;

    public ChurnRun()
    {
        for (var i = 0; i < _staying.Length; i++)
            _server.Connect(_staying[i]).JoinAsync(_rooms[i % RoomCount]);
    }

    /// <summary>Runs until so many messages were delivered to those who stay, and says how it went.</summary>
    /// <exception cref="InvalidOperationException">A message was lost, repeated or reordered.</exception>
    /// <exception cref="TimeoutException">A message did not arrive.</exception>
    public string Run(long deliveries, int seed)
    {
        var rounds = (int)(deliveries / _staying.Length);
        using var done = new CancellationTokenSource();
        var churn = Enumerable.Range(0, Tasks).Select(task => Churn(_server.Connect(SocketsPerTask, 0), new Random(seed + task), done.Token)).ToArray();
        var started = Stopwatch.GetTimestamp();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var room in _rooms)
                _server.Io.To(room).EmitAsync("n", round);
            WaitFor(round - RoundsInFlight);
        }
        WaitFor(rounds);
        var time = Stopwatch.GetElapsedTime(started);
        done.Cancel();
        Task.WaitAll(churn);
        Check.Equal(true, _staying.All(transport => transport.Received == rounds), "whether each got each message once");
        return $"seed {seed}: {(long)rounds * _staying.Length:N0} deliveries to {_staying.Length:N0} sockets in {RoomCount} rooms, each once and in order, "
            + $"in {time.TotalSeconds:0.0} s, beside {Interlocked.Read(ref _changes):N0} joins and leaves by {Tasks} tasks";
    }

    public void Dispose() => _server.Dispose();

    // Random.Next is seeded, so that each task's changes come again; how they meet the broadcasts does not.
    private Task Churn(Socket[] sockets, Random random, CancellationToken done) => Task.Factory.StartNew(
        () =>
        {
            while (!done.IsCancellationRequested)
            {
                var socket = sockets[random.Next(sockets.Length)];
                var room = _rooms[random.Next(RoomCount)];
                if (random.Next(2) == 0)
                    socket.JoinAsync(room);
                else
                    socket.LeaveAsync(room);
                Interlocked.Increment(ref _changes);
            }
        },
        done,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private void WaitFor(int rounds)
    {
        var spin = new SpinWait();
        var started = Stopwatch.GetTimestamp();
        foreach (var transport in _staying)
        {
            while (transport.Received < rounds && transport.Fault is null)
            {
                spin.SpinOnce();
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
                    throw new TimeoutException($"Only {transport.Received} of {rounds} messages have arrived.");
            }
            if (transport.Fault is { } fault)
                throw new InvalidOperationException($"A message was lost, repeated or reordered: {fault}.");
        }
    }
}
