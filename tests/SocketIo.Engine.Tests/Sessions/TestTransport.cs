using System.Collections.Concurrent;
using System.Text;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Tests.Sessions;

/// <summary>
/// A transport whose client is the test: it takes frames one at a time or is busy, and calls the test back at the points where
/// something else may happen. It checks that there is never more than one writer.
/// </summary>
internal sealed class TestTransport(EngineSession session, EngineTransports kind) : Transport
{
    private readonly Lock _sync = new();
    private readonly ConcurrentQueue<string> _written = new();
    private readonly TaskCompletionSource _received = new();
    private int _writers;
    private bool _blocked;
    private bool _drainWaits;
    private bool _detached;

    public override EngineTransports Kind => kind;

    public override bool IsWritable => !Blocked;

    public override bool HasEnded => IsGone;

    /// <summary>Whether the client has hung up, which nobody reads.</summary>
    public bool IsGone { get; set; }

    public string[] Written => [.. _written];

    /// <summary>What the transport was told besides frames.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public bool IsAborted => Told.Contains("abort");

    /// <summary>Whether a drain waits for this transport.</summary>
    public bool HoldsDrain
    {
        get
        {
            lock (_sync)
                return _drainWaits;
        }
    }

    /// <summary>Whether the client takes nothing now.</summary>
    public bool Blocked
    {
        get
        {
            lock (_sync)
                return _blocked;
        }
        set
        {
            lock (_sync)
                _blocked = value;
        }
    }

    /// <summary>Runs in a write, before a frame is taken.</summary>
    public Action<Outbox>? BeforeWrite { get; set; }

    /// <summary>Runs in a write, after a frame is taken.</summary>
    public Action<Outbox>? AfterWrite { get; set; }

    /// <summary>Runs when the session has another transport already, before this one knows.</summary>
    public Action? BeforeDetach { get; set; }

    /// <summary>Runs when this transport knows, before the session goes on.</summary>
    public Action? AfterDetach { get; set; }

    /// <summary>Whether a message of the client is still being received.</summary>
    public bool IsReceiving { get; set; }

    /// <summary>The client takes frames again; a drain that waited goes on.</summary>
    public void Unblock()
    {
        bool drainWaited;
        lock (_sync)
        {
            _blocked = false;
            drainWaited = _drainWaits;
            _drainWaits = false;
        }
        if (drainWaited)
            session.Drain();
    }

    /// <summary>The client says something, and it is handled at once.</summary>
    public void Receive(string packet, bool isBinary = false)
    {
        if (!ReceiveAsync(packet, isBinary).IsCompletedSuccessfully)
            throw new InvalidOperationException("The packet was not handled at once.");
    }

    /// <summary>The client says something.</summary>
    public async Task ReceiveAsync(string packet, bool isBinary = false)
    {
        BeginHandling();
        try
        {
            var pending = session.Receive(this, isBinary, Encoding.UTF8.GetBytes(packet));
            if (!pending.IsCompleted)
                AwaitHandling();
            await pending;
        }
        finally
        {
            EndHandling();
        }
    }

    public void EndReceiving() => _received.SetResult();

    public override WriteResult TryWrite(Outbox outbox)
    {
        Enter();
        BeforeWrite?.Invoke(outbox);
        lock (_sync)
        {
            if (_detached || _blocked)
            {
                // before anybody can take the drain over
                Leave();
                _drainWaits |= !_detached;
                return _detached ? WriteResult.Detached : WriteResult.Busy;
            }
        }
        var frame = outbox.First;
        _written.Enqueue(FrameText.Of(frame));
        outbox.ConsumeFirst();
        AfterWrite?.Invoke(outbox);
        Leave();
        if (!frame.IsClose)
            return WriteResult.Written;
        return kind is EngineTransports.Polling ? WriteResult.Ended : WriteResult.Closed;
    }

    public override void Abort() => Told.Enqueue("abort");

    public override void LetGo() => Told.Enqueue("let go");

    public override void Keep() => Told.Enqueue("keep");

    public override Task WhenReceived() => IsReceiving ? _received.Task : Task.CompletedTask;

    public override bool Detach()
    {
        BeforeDetach?.Invoke();
        bool drainWaited;
        lock (_sync)
        {
            _detached = true;
            drainWaited = _drainWaits;
            _drainWaits = false;
        }
        AfterDetach?.Invoke();
        return drainWaited;
    }

    public override void SendAsCandidate(Frame frame) => _written.Enqueue(FrameText.Of(frame));

    private void Enter()
    {
        if (Interlocked.Increment(ref _writers) != 1)
            Told.Enqueue("two writers");
    }

    private void Leave() => Interlocked.Decrement(ref _writers);
}
