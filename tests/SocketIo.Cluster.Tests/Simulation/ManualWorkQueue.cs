using SocketIo.Cluster.Nodes;

namespace SocketIo.Cluster.Tests.Simulation;

/// <summary>Work that runs when the simulation says so, on its one thread, in the order in which it was caused.</summary>
internal sealed class ManualWorkQueue : WorkQueue
{
    private readonly Queue<Action> _waiting = new();

    public override void Run(Action work) => _waiting.Enqueue(work);

    public void RunAll()
    {
        while (_waiting.TryDequeue(out var work))
            work();
    }
}
