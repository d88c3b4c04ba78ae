using SocketIo.Engine.Frames;
using SocketIo.Rooms;

namespace SocketIo.Recovery;

/// <summary>An event in the log. Written under the log's lock; the way from one to the next can be walked without.</summary>
internal class LoggedEvent(Frame? frame, in BroadcastTarget target)
{
    private readonly BroadcastTarget _target = target;
    private Frame? _frame = frame;
    private LoggedEvent? _next;

    public ref readonly BroadcastTarget Target => ref _target;

    /// <summary>Where the event stands in the log; ids are given before the place is known.</summary>
    public long Position { get; set; }

    /// <summary>Whether the log does not know the event any more, nor what follows it.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Null once it is dropped.</summary>
    public Frame? Frame => Volatile.Read(ref _frame);

    public LoggedEvent? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    /// <summary>The bytes are given up; what follows can still be found from here.</summary>
    public void DropFrame() => Volatile.Write(ref _frame, null);

    /// <summary>Lets go of what follows, so that whoever holds on to this event does not hold the log.</summary>
    public void Leave()
    {
        IsGone = true;
        Next = null;
    }
}

/// <inheritdoc />
/// <typeparam name="TId">What the event is found by.</typeparam>
internal sealed class LoggedEvent<TId>(TId id, Frame? frame, in BroadcastTarget target) : LoggedEvent(frame, target)
{
    public TId Id => id;
}
