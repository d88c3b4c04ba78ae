namespace SocketIo.TopicsLoad;

/// <summary>What a loop of the driver alone reaches.</summary>
internal abstract class PlainLoop : IAsyncDisposable
{
    /// <summary>Stores for a while, so many at once and one such batch after the other; how many were stored.</summary>
    public abstract Task<long> RunAsync(byte[] json, int batch, TimeSpan time);

    /// <summary>The CPU time of the database's processes so far, in seconds.</summary>
    public abstract Task<double> ServerCpuAsync();

    public abstract ValueTask DisposeAsync();
}
