using System.Collections.Concurrent;
using SocketIo.Engine;
using SocketIo.Rooms;

namespace SocketIo.Recovery;

/// <summary>
/// A client in a namespace across its connections. It is connected, or kept with what its last socket left, or claimed by the
/// connection that brings it back, and then has one owner: that connection.
/// </summary>
internal class RecoverableSession(string pid, string socketId)
{
    /// <summary>A client whose connection handlers take longer comes back before they have ended.</summary>
    public static readonly TimeSpan MaxIntroduction = TimeSpan.FromSeconds(5);

    // a text's own, and its place in the set
    private const int BytesOfRoom = 40;

    private readonly Lock _sync = new();
    private HashSet<string> _rooms = [];

    // guarded by _sync
    private bool _hasLeft;
    private TaskCompletionSource? _whenLeft;

    private bool _isIntroduced;
    private Task? _handlers;
    private long _begunAt;

    /// <summary>The private id: whoever knows it can come back as this client.</summary>
    public string Pid => pid;

    public string SocketId => socketId;

    /// <summary>The newest event when the client first connected, or the offset would not tell what it has to get.</summary>
    public long Start { get; set; }

    /// <summary>The connection of the client's socket; null when it has none, since a connection holds its request and more.</summary>
    public EngineSession? Connection { get; private set; }

    /// <summary>What it gets when it is connected again; null but while it comes back.</summary>
    public Replay? Missed { get; set; }

    /// <summary>Whether the client has left, or was put out: it can't come back.</summary>
    public bool IsOver { get; set; }

    public IReadOnlyCollection<string> Rooms => _rooms;

    public ConcurrentDictionary<string, object?>? Data { get; private set; }

    /// <summary>About the bytes that the names of <see cref="Rooms"/> take, each with its place in a set.</summary>
    public long RoomBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var room in _rooms)
                bytes += BytesOfRoom + sizeof(char) * room.Length;
            return bytes;
        }
    }

    /// <summary>When it was kept, as a timestamp.</summary>
    public long KeptAt { get; set; }

    /// <summary>Its place among the kept; guarded by the lock of <see cref="RecoverableSessions"/>.</summary>
    public LinkedListNode<RecoverableSession>? Kept { get; set; }

    /// <summary>Completes when the socket has told its end, and its id is free.</summary>
    public Task WhenLeft
    {
        get
        {
            lock (_sync)
            {
                if (_hasLeft)
                    return Task.CompletedTask;
                _whenLeft ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _whenLeft.Task;
            }
        }
    }

    /// <summary>A socket of it is about to be connected.</summary>
    public void Begin(EngineSession connection, TimeProvider time)
    {
        Connection = connection;
        _begunAt = time.GetTimestamp();
        lock (_sync)
            _hasLeft = false;
    }

    /// <summary>The connection handlers have been started; or the client has what they made of it, and nothing is to be waited for.</summary>
    public void Introduce(Task handlers)
    {
        _isIntroduced = handlers.IsCompleted;
        Volatile.Write(ref _handlers, _isIntroduced ? null : handlers);
    }

    /// <summary>
    /// Whether the client is what its connection handlers make of it, with the rooms that they join. Before, it can't come back: with half of
    /// that, and handlers that believe it has all.
    /// </summary>
    public bool IsIntroduced(TimeProvider time) =>
        _isIntroduced || Volatile.Read(ref _handlers) is { IsCompleted: true } || time.GetElapsedTime(_begunAt) >= MaxIntroduction;

    /// <summary>The rooms that the socket is about to leave.</summary>
    public void Remember(IEnumerable<string> rooms) => _rooms = new HashSet<string>(rooms, StringComparer.Ordinal);

    /// <summary>What the client's last socket kept, on another server.</summary>
    public void Restore(ConcurrentDictionary<string, object?>? data) => Data = data;

    public void End(ConcurrentDictionary<string, object?>? data)
    {
        Data = data;
        Connection = null;
        lock (_sync)
        {
            _hasLeft = true;
            _whenLeft?.TrySetResult();
            _whenLeft = null;
        }
    }

    /// <summary>Whether the client is one of an event's receivers, by the rooms it was in when it went.</summary>
    public bool Matches(in BroadcastTarget target) => (target.Rooms.Count == 0 || IsInAny(target.Rooms)) && !IsInAny(target.Except);

    private bool IsInAny(in RoomNames names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (_rooms.Contains(names[i]))
                return true;
        }
        return false;
    }
}
