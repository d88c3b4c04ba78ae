using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>Counts refusals, of which a minute has one line in the log.</summary>
internal sealed class RefusalCount(EngineServer server)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _sync = new();
    private int _count;
    private long? _next;

    /// <summary>One more; how many there were since the last line when it is time for another, else zero.</summary>
    public int Add()
    {
        var now = server.Now();
        lock (_sync)
        {
            _count++;
            if (now < _next)
                return 0;
            _next = now + server.Ticks(Interval);
            var count = _count;
            _count = 0;
            return count;
        }
    }
}
