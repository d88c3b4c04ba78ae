using SocketIo.Engine;
using SocketIo.Engine.Sessions;

namespace SocketIo.Benchmarks.Support;

/// <summary>A connection that takes every frame at once, counts it and forgets it.</summary>
internal sealed class NullTransport : Transport
{
    public override EngineTransports Kind => EngineTransports.WebSocket;

    public override bool IsWritable => true;

    /// <summary>How many rounds a write spins: stands for the system call that a real one is.</summary>
    public int WriteCost { get; set; }

    public override WriteResult TryWrite(Outbox outbox)
    {
        if (WriteCost > 0)
            Thread.SpinWait(WriteCost);
        var count = 0;
        var isClose = false;
        for (; outbox.HasPending && !isClose; count++)
        {
            isClose = outbox.First.IsClose;
            outbox.ConsumeFirst();
        }
        Deliveries.Add(count);
        return isClose ? WriteResult.Closed : WriteResult.Written;
    }

    public override void Abort()
    {
    }
}
