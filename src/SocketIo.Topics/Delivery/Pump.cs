namespace SocketIo.Topics;

/// <summary>Work that is done over and over, by one thread of the pool at a time. Idle, it costs nothing but its object.</summary>
internal abstract class Pump : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Again = 2;

    private int _state;

    /// <summary>There may be something to do. What is signalled during a pass makes another one.</summary>
    public void Signal()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state is Again)
                return;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) != state)
                continue;
            if (state is Idle)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            // signals that came before are seen by this pass
            Interlocked.Exchange(ref _state, Running);
            var pass = PassAsync();
            if (!pass.IsCompletedSuccessfully)
            {
                _ = FinishAsync(pass);
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _state, Idle, Running) != Running);
    }

    /// <summary>Does what there is to do. Handles its exceptions.</summary>
    protected abstract ValueTask PassAsync();

    private async Task FinishAsync(ValueTask pass)
    {
        await pass.ConfigureAwait(false);
        if (Interlocked.CompareExchange(ref _state, Idle, Running) != Running)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
