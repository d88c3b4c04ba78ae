namespace SocketIo.Benchmarks.Support;

/// <summary>Two threads broadcast to different rooms, then to the same: how often did one wait for a lock?</summary>
public static class ContentionRun
{
    private const int Broadcasts = 2_000;
    private const int Receivers = 600;

    /// <returns>By the runtime's counter, of the whole process.</returns>
    public static long Run()
    {
        using var server = new NullServer();
        var sockets = server.Connect(Receivers, 0);
        for (var i = 0; i < Receivers; i++)
            sockets[i].JoinAsync("both", i % 2 == 0 ? "even" : "odd");

        var contentions = Monitor.LockContentionCount;
        var delivered = Deliveries.Total;
        InParallel(server, "even", "odd");
        InParallel(server, "both", "both");
        Deliveries.WaitFor(delivered + 3L * Broadcasts * Receivers);
        contentions = Monitor.LockContentionCount - contentions;
        Check.Equal(3L * Broadcasts * Receivers, Deliveries.Total - delivered, "frames delivered");
        return contentions;
    }

    private static void InParallel(NullServer server, string one, string other)
    {
        var thread = new Thread(() => Broadcast(server, other));
        thread.Start();
        Broadcast(server, one);
        thread.Join();
    }

    // In steps, so that what is shared out to the pool can't pile up until a queue is full.
    private static void Broadcast(NullServer server, string room)
    {
        for (var i = 0; i < Broadcasts; i++)
        {
            server.Io.To(room).EmitAsync("news", "how are you today?");
            if (i % 100 == 99)
                Thread.Sleep(1);
        }
    }
}
