using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;

namespace SocketIo.Engine.Epoll;

/// <summary>
/// Reads from the socket when it is asked to, on the thread that asks, and when nothing is there on the poller's thread as soon as
/// something comes. It has a buffer only as long as it holds bytes that the consumer has not taken.
/// </summary>
internal sealed class SocketReader(ConnectedSocket socket) : PipeReader, IValueTaskSource<ReadResult>
{
    // Who moves the state away from Waiting completes the read.
    private const int Idle = 0;
    private const int Ready = 1;
    private const int Waiting = 2;

    private const int ByCall = 1;
    private const int ByToken = 2;

    // Most reads bring a message or a request; who fills that gets more at once.
    private const int SmallBuffer = 4 * 1024;
    private const int LargeBuffer = 64 * 1024;

    // A client that sends without a pause must not keep the thread for itself: after so many receives in a row others come first.
    private const int MaxInARow = 16;

    private ManualResetValueTaskSourceCore<bool> _source;
    private byte[]? _buffer;
    private Exception? _error;
    private int _start;
    private int _end;
    private int _state;
    private int _inARow;
    private bool _hasNew; // bytes that the consumer has not examined
    private bool _isDrained; // the last receive took all there was
    private bool _hasFilled;
    private bool _isOver;
    private int _cancelled; // written by any thread: ByCall, ByToken

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
            return ReadCancelableAsync(cancellationToken);
        if (_inARow >= MaxInARow)
            return ReadLater();
        while (!TryFill())
        {
            _source.Reset();
            if (TryWait())
                return new ValueTask<ReadResult>(this, _source.Version);
        }
        return new ValueTask<ReadResult>(Take());
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!TryFill())
        {
            result = default;
            return false;
        }
        result = Take();
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_buffer is null)
            return;
        if (!ReferenceEquals(consumed.GetObject(), _buffer) || !ReferenceEquals(examined.GetObject(), _buffer))
            throw new InvalidOperationException("The position is not one of what was read.");
        _start = consumed.GetInteger();
        _hasNew = examined.GetInteger() < _end;
        if (_start == _end)
            ReturnBuffer();
    }

    public override void CancelPendingRead() => Cancel(ByCall);

    /// <summary>The server's connection completes what it has read; a released one reads on.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <summary>The socket is closed: who waits finds the end, and nobody reads any more.</summary>
    public void OnClosed() => WakeUp();

    /// <summary>Something has come. True when the read waits for it: the caller has to <see cref="Continue"/> it then.</summary>
    public bool OnReadable() => Interlocked.Exchange(ref _state, Ready) == Waiting;

    /// <summary>Goes on with the read that waited, and with what comes behind it.</summary>
    public void Continue()
    {
        try
        {
            while (!TryFill())
            {
                if (TryWait())
                    return;
            }
        }
        catch (Exception exception)
        {
            // no memory for the bytes, say: a read that never ended would keep the connection
            _isOver = true;
            _error = exception;
        }
        _source.RunContinuationsAsynchronously = false;
        _source.SetResult(true);
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _source.GetResult(token);
        return Take();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private async ValueTask<ReadResult> ReadCancelableAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var registration = cancellationToken.UnsafeRegister(static reader => ((SocketReader)reader!).Cancel(ByToken), this);
        ReadResult result;
        await using (registration.ConfigureAwait(false))
            result = await ReadAsync(CancellationToken.None).ConfigureAwait(false);

        // the token was this read's: the next one does not hear of it
        if ((Volatile.Read(ref _cancelled) & ByToken) != 0 && (Interlocked.And(ref _cancelled, ~ByToken) & ByToken) != 0)
            cancellationToken.ThrowIfCancellationRequested();
        return result;
    }

    private ValueTask<ReadResult> ReadLater()
    {
        _inARow = 0;
        _source.Reset();
        Interlocked.Exchange(ref _state, Waiting);
        socket.ReadOnPool();
        return new ValueTask<ReadResult>(this, _source.Version);
    }

    private void Cancel(int how)
    {
        Interlocked.Or(ref _cancelled, how);
        WakeUp();
    }

    private void WakeUp()
    {
        if (Interlocked.CompareExchange(ref _state, Ready, Waiting) != Waiting)
            return;

        // the caller may hold a lock, or be in the middle of something else
        _source.RunContinuationsAsynchronously = true;
        _source.SetResult(true);
    }

    /// <summary>Whether there is something to tell: new bytes, the end, or that the read was cancelled.</summary>
    private bool TryFill()
    {
        while (!_hasNew && !_isOver && Volatile.Read(ref _cancelled) == 0)
        {
            if (_isDrained && Volatile.Read(ref _state) != Ready)
                return false;

            // events from here on are about bytes that this receive may not see
            Interlocked.Exchange(ref _state, Idle);
            Receive();
        }
        return true;
    }

    /// <summary>False when something has come meanwhile.</summary>
    private bool TryWait()
    {
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) != Idle)
            return false;

        _inARow = 0;

        // what was asked for before it could be seen that a read waits
        return !(Volatile.Read(ref _cancelled) != 0 || socket.IsClosed)
            || Interlocked.CompareExchange(ref _state, Ready, Waiting) != Waiting;
    }

    private void Receive()
    {
        _inARow++;
        MakeRoom();
        var room = _buffer!.Length - _end;
        var received = socket.Receive(_buffer.AsSpan(_end), out var error);
        if (received > 0)
        {
            _end += received;
            _hasNew = true;
            _hasFilled = received == room;

            // epoll(7): a short read has taken all; but no event may follow when the peer's end came with it
            _isDrained = !_hasFilled && !socket.MayHaveEnded;
            return;
        }

        _isDrained = true;
        if (_start == _end)
            ReturnBuffer();
        if (received < 0 && error == Libc.WouldBlock)
            return;
        _isOver = true;
        if (received < 0)
            _error = error == 0 ? new ConnectionAbortedException() : new ConnectionResetException(Libc.Describe(error));
        socket.OnEnded();
    }

    private void MakeRoom()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(_hasFilled ? LargeBuffer : SmallBuffer);
            _start = 0;
            _end = 0;
            return;
        }
        if (_end < _buffer.Length)
            return;

        // the consumer wants more than fits: it has a limit, so this ends
        var rest = _buffer.AsSpan(_start, _end - _start);
        if (_start >= _buffer.Length / 2)
        {
            rest.CopyTo(_buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            rest.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        _end -= _start;
        _start = 0;
    }

    private void ReturnBuffer()
    {
        ArrayPool<byte>.Shared.Return(_buffer!);
        _buffer = null;
    }

    private ReadResult Take()
    {
        if (_error is not null)
            throw _error;
        var isCancelled = (Volatile.Read(ref _cancelled) & ByCall) != 0 && (Interlocked.And(ref _cancelled, ~ByCall) & ByCall) != 0;
        var buffer = _buffer is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_buffer, _start, _end - _start);
        return new ReadResult(buffer, isCancelled, _isOver);
    }
}
