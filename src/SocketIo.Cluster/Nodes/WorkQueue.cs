namespace SocketIo.Cluster.Nodes;

/// <summary>Where work goes that must not run on the thread that causes it. A simulation has one of its own.</summary>
internal abstract class WorkQueue
{
    public static WorkQueue OfThreadPool { get; } = new Pool();

    public abstract void Run(Action work);

    private sealed class Pool : WorkQueue
    {
        public override void Run(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);
    }
}
