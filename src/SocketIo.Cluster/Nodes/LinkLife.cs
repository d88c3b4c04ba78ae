namespace SocketIo.Cluster.Nodes;

/// <summary>
/// Whether the link of a namespace is open. It opens when the backplane is connected, again when that failed, and never when the backplane
/// refuses the namespace.
/// </summary>
internal sealed class LinkLife
{
    /// <summary>What clients that join wait for the backplane: then they join without hearing the others.</summary>
    public static readonly TimeSpan MaxOpening = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan OpenAgainAfter = TimeSpan.FromSeconds(1);

    private readonly ClusterServer _server;
    private readonly NamespaceLink _link;
    private readonly string _name;
    private readonly Action _opened;
    private readonly CancellationToken _closed;

    // The end of a namespace of the same name, which has the same channels.
    private readonly Task _predecessor;

    private readonly TaskCompletionSource _whenOpen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;
    private long _openingAt;
    private long _openFailedAt;

    /// <param name="server">This server, which is connected to the backplane or not.</param>
    /// <param name="link">Not open yet.</param>
    /// <param name="name">The namespace.</param>
    /// <param name="opened">Called when the link is open and the backplane connected, before those go on that wait for it.</param>
    /// <param name="closed">Cancelled when the namespace has left.</param>
    public LinkLife(ClusterServer server, NamespaceLink link, string name, Action opened, CancellationToken closed)
    {
        _server = server;
        _link = link;
        _name = name;
        _opened = opened;
        _closed = closed;
        _predecessor = server.LeavingOf(name);
    }

    private enum OpenState
    {
        Closed,
        Opening,
        Open,
        Refused,
    }

    /// <summary>Completes when messages of others are received, or it is known that none will come now.</summary>
    public Task WhenOpen => _whenOpen.Task;

    public bool IsOpen => State is OpenState.Open;

    /// <summary>Whether messages can be sent and received now.</summary>
    public bool IsConnected => IsOpen && _server.IsConnected;

    private OpenState State => (OpenState)Volatile.Read(ref _state);

    /// <summary>Opens the link, unless that is done, or is being done.</summary>
    public void Open()
    {
        if (State is not OpenState.Closed)
            return;
        Volatile.Write(ref _openingAt, _server.Time.GetTimestamp());
        if (Interlocked.CompareExchange(ref _state, (int)OpenState.Opening, (int)OpenState.Closed) == (int)OpenState.Closed)
            _server.Work.Run(() => _ = OpenAsync());
    }

    /// <summary>Who waits for the link goes on without it.</summary>
    /// <returns>Whether somebody could still wait.</returns>
    public bool StopWaiting() => _whenOpen.TrySetResult();

    /// <summary>Called every 250 ms.</summary>
    public void Tick()
    {
        if (State is OpenState.Closed && _server.IsConnected && _server.Time.GetElapsedTime(_openFailedAt) >= OpenAgainAfter)
            Open();
        if (State is OpenState.Opening && _server.Time.GetElapsedTime(Volatile.Read(ref _openingAt)) >= MaxOpening && StopWaiting())
            NodeLog.OpeningLate(_server.Reports.Logger, _name, MaxOpening);
    }

    /// <summary>The namespace has left. Does not fail.</summary>
    public async Task CloseAsync()
    {
        StopWaiting();
        try
        {
            await _link.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // it is over anyway
        }
    }

    private async Task OpenAsync()
    {
        var state = OpenState.Closed;
        try
        {
            await _predecessor.ConfigureAwait(false);
            await _link.OpenAsync(_closed).ConfigureAwait(false);
            state = OpenState.Open;
        }
        catch (NotSupportedException exception)
        {
            state = OpenState.Refused;
            NodeLog.NotOpened(_server.Reports.Logger, _name, exception.Message);
        }
        catch (Exception exception) when (!_closed.IsCancellationRequested)
        {
            _openFailedAt = _server.Time.GetTimestamp();
            NodeLog.OpeningFailed(_server.Reports.Logger, exception, _name);
        }
        catch (Exception)
        {
            // closed meanwhile
        }
        Volatile.Write(ref _state, (int)state);
        if (IsConnected)
            _opened();
        StopWaiting();
    }
}
