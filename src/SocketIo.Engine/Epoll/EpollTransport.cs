using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SocketIo.Engine.Epoll;

/// <summary>The transport that Kestrel uses for TCP addresses in place of its own.</summary>
internal sealed class EpollTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    // What a WebSocket that was told to close may take longer than its session waits for the peer.
    private static readonly TimeSpan ReleasedLinger = TimeSpan.FromSeconds(10);

    private readonly Lock _starting = new();
    private readonly EpollOptions _options;
    private readonly HostStop _stop;
    private readonly Watchdog _watchdog;
    private Poller[]? _pollers;
    private uint _nextPoller;
    private int _released;
    private TaskCompletionSource? _noneReleased;

    public EpollTransport(IOptions<EpollOptions> options, HostStop stop, ILoggerFactory loggers)
    {
        _stop = stop;
        _options = options.Value;
        Logger = new SafeLogger(loggers.CreateLogger("SocketIo.Engine.Epoll"));
        _watchdog = new Watchdog(Logger);
    }

    public PolledTable Table { get; } = new();

    public ILogger Logger { get; }

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Start();
        var socket = Bind(endpoint);
        try
        {
            socket.Blocking = false;

            // those that it accepts have it, too
            socket.NoDelay = true;
            socket.Listen(_options.Backlog);
            return new ValueTask<IConnectionListener>(new EpollListener(this, socket));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Poller NextPoller() => _pollers![Interlocked.Increment(ref _nextPoller) % (uint)_pollers.Length];

    /// <summary>Begins with an accepted connection.</summary>
    /// <exception cref="IOException">The system does not watch one more; the connection is closed.</exception>
    public EpollConnection Connect(int descriptor, IPEndPoint? local, IPEndPoint? remote)
    {
        ConnectedSocket? socket = null;
        try
        {
            socket = new ConnectedSocket(this, NextPoller(), descriptor);
            var connection = new EpollConnection(socket, local, remote);
            socket.Start(connection);
            return connection;
        }
        catch
        {
            if (socket is null)
                _ = Libc.Close(descriptor);
            else
                socket.Close();
            throw;
        }
    }

    public void OnReleased() => Interlocked.Increment(ref _released);

    public void OnReleasedClosed()
    {
        if (Interlocked.Decrement(ref _released) == 0)
            Interlocked.Exchange(ref _noneReleased, null)?.TrySetResult();
    }

    /// <summary>Waits for the WebSockets that the server does not know any more, those of all addresses, as long as the host does.</summary>
    public async Task WhenReleasedAreClosed()
    {
        var added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var none = Interlocked.CompareExchange(ref _noneReleased, added, null) ?? added;

        // a full fence lies between the wait's publication and this look
        if (Volatile.Read(ref _released) != 0)
            await Task.WhenAny(none.Task, Task.Delay(ReleasedLinger, _stop.Patience)).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (var owner in Table.All())
            (owner as ConnectedSocket)?.Abort();
        foreach (var poller in _pollers ?? [])
            poller.Dispose();
        _watchdog.Dispose();
    }

    private static Socket Bind(EndPoint endpoint)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            // the server names the address
            throw new AddressInUseException(exception.Message, exception);
        }
    }

    private void Start()
    {
        lock (_starting)
        {
            if (_pollers is not null)
                return;
            _pollers = new Poller[_options.Threads];
            for (var i = 0; i < _pollers.Length; i++)
                _pollers[i] = new Poller($"SocketIo epoll {i}", Table, _watchdog);
            _watchdog.Start(_pollers);
        }
    }
}
