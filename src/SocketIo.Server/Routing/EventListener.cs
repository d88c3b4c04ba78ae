namespace SocketIo.Routing;

/// <summary>A registered handler.</summary>
/// <param name="source">The delegate that the user gave; by it the listener is found again.</param>
/// <param name="body">What the dispatch runs.</param>
/// <param name="isOnce">Whether it runs once at most.</param>
internal sealed class EventListener(Delegate source, EventBody body, bool isOnce)
{
    private int _used;

    public Delegate Source => source;

    public EventBody Body => body;

    public bool IsOnce => isOnce;

    /// <summary>Whether it may run (again).</summary>
    public bool TryUse() => !isOnce || Interlocked.Exchange(ref _used, 1) == 0;
}
