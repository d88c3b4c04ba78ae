using System.Diagnostics;

namespace SocketIo.Redis.Resp;

/// <summary>
/// One connection to a Redis server. Commands go out in the order of <see cref="Send"/>, replies and messages come in to
/// <see cref="RespInput"/> in the order of arrival, on one thread at a time.
/// </summary>
internal sealed class RespConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly RespBuffer _buffer; // of the reader
    private readonly RespInput _input;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _sync = new();
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new(); // guarded by _sync
    private bool _isWriting;                                      // guarded by _sync
    private Exception? _failure;                                  // guarded by _sync
    private long _lastReceived;
    private Task _reading = Task.CompletedTask;

    private RespConnection(Stream stream, RespBuffer buffer, RespInput input, TimeProvider time)
    {
        _stream = stream;
        _buffer = buffer;
        _input = input;
        _time = time;
        _lastReceived = time.GetTimestamp();
    }

    /// <summary>Cancelled when the connection has ended, whoever ended it.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why the connection ended; null while it is open.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_sync)
                return _failure;
        }
    }

    /// <summary>Which client this is, of which server.</summary>
    public RespIdentity Identity { get; private init; }

    /// <summary>How long nothing has arrived.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _lastReceived));

    /// <summary>Connects, comes in, and begins to read.</summary>
    public static async Task<RespConnection> OpenAsync(
        RespEndpoint endpoint, RespInput input, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(endpoint.Timeout);
        try
        {
            var (stream, buffer, identity) = await RespHandshake.RunAsync(endpoint, deadline.Token).ConfigureAwait(false);
            var connection = new RespConnection(stream, buffer, input, time) { Identity = identity };
            connection._reading = connection.ReadAsync();
            return connection;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Connecting to {endpoint.Address} took longer than {endpoint.Timeout}.");
        }
    }

    /// <summary>
    /// Sends commands after those that were sent before, and does not wait for the network. After the end nothing is sent;
    /// <see cref="RespInput.End"/> tells those who wait.
    /// </summary>
    /// <param name="commands">The bytes; must not change until they are answered.</param>
    public void Send(ReadOnlyMemory<byte> commands)
    {
        lock (_sync)
        {
            if (_failure is not null)
                return;
            _waiting.Enqueue(commands);
            if (_isWriting)
                return;
            _isWriting = true;
        }
        _ = WriteAsync();
    }

    /// <summary>Ends the connection; what is not answered fails with the reason.</summary>
    public void Abort(Exception reason)
    {
        lock (_sync)
        {
            if (_failure is not null)
                return;
            _failure = reason;
            _waiting.Clear();
        }
        _ended.Cancel();
        // wakes the reader, too
        _stream.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Abort(new ObjectDisposedException(nameof(RespConnection)));
        await _reading.ConfigureAwait(false);
        _ended.Dispose();
    }

    // by the thread that found nobody writing
    private async Task WriteAsync()
    {
        try
        {
            while (TryTake(out var commands))
                await _stream.WriteAsync(commands, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Abort(exception);
        }
    }

    private bool TryTake(out ReadOnlyMemory<byte> commands)
    {
        lock (_sync)
            return _isWriting = _waiting.TryDequeue(out commands);
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                while (_buffer.TryTake(out var reply))
                    _input.Receive(new RespReader(reply));
                await _buffer.FillAsync(_stream, CancellationToken.None).ConfigureAwait(false);
                Volatile.Write(ref _lastReceived, _time.GetTimestamp());
            }
        }
        catch (Exception exception)
        {
            Abort(exception);
        }

        _input.End(Failure ?? throw new UnreachableException());
    }
}
