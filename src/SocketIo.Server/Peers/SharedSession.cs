using SocketIo.Cluster;
using SocketIo.Protocol;
using SocketIo.Recovery;

namespace SocketIo.Peers;

/// <summary>
/// A client that can come back to any server of the cluster. It is saved in the backplane's log, one write at a time; who changes something
/// meanwhile shares the next one.
/// </summary>
/// <param name="pid">Its private id.</param>
/// <param name="socketId">The socket's id.</param>
/// <param name="generation">How often it has come back.</param>
/// <param name="roomChanges">How often it had joined and left rooms when it came back.</param>
internal sealed class SharedSession(string pid, string socketId, int generation, int roomChanges = 0) : RecoverableSession(pid, socketId)
{
    private const int Never = -1;

    private readonly Lock _saving = new();

    // How often it has joined and left rooms, how often it is about to, and how much of that is saved.
    private int _roomChanges = roomChanges;
    private int _startedRoomChanges;
    private int _savedRoomChanges = Never;

    // guarded by _saving
    private Task _current = Task.CompletedTask;
    private Task? _next;

    /// <summary>How often the client has come back: of two servers that have it, the higher one is right.</summary>
    public int Generation => generation;

    /// <summary>The newest entry of the log when the client first connected; null when it is not known.</summary>
    public string? StartOffset { get; set; }

    /// <summary>What the client was sent when it came back goes up to here, further than this server had read in the log.</summary>
    public string? SentTo { get; set; }

    /// <summary>How many own events this server had delivered ahead of the log when the client was connected.</summary>
    public long ConnectedBehind { get; set; }

    /// <summary>How often entries of the log had been missing on this server when what the client has missed began to be read.</summary>
    public int Gaps { get; set; }

    /// <summary>Whether it is saved while it lives.</summary>
    public bool IsSavedLive { get; set; }

    /// <summary>
    /// When it is saved in rooms that it was in before: the number of changes that a server has to know of to which it comes back from now
    /// on; null when all rooms are saved. Before it is saved at all it comes back to no other server.
    /// </summary>
    public int? UnsavedRoomChanges
    {
        get
        {
            var saved = Volatile.Read(ref _savedRoomChanges);
            if (saved == Never)
                return null;

            // those that end in between count twice
            var changes = Volatile.Read(ref _startedRoomChanges);
            changes += Volatile.Read(ref _roomChanges);
            return changes > saved ? changes : null;
        }
    }

    /// <summary>Completes when what was to be saved, or removed, is.</summary>
    public Task Saved
    {
        get
        {
            lock (_saving)
                return _next ?? _current;
        }
    }

    /// <summary>Does something with what is stored, behind what is done now.</summary>
    /// <param name="write">The same for all callers: what waits already is enough. It does not fail.</param>
    public Task Write(Func<Task> write)
    {
        lock (_saving)
        {
            if (_current.IsCompleted)
                return _current = write();
            return _next ??= WriteNextAsync(_current, write);
        }
    }

    /// <summary>The client is about to join or leave rooms.</summary>
    public void BeginRoomChange() => Interlocked.Increment(ref _startedRoomChanges);

    /// <summary>It has.</summary>
    public void EndRoomChange()
    {
        Interlocked.Increment(ref _roomChanges);
        Interlocked.Decrement(ref _startedRoomChanges);
    }

    /// <summary>It is saved so.</summary>
    public void OnSaved(StoredSession stored) => Volatile.Write(ref _savedRoomChanges, stored.RoomChanges);

    /// <summary>What another server needs to know.</summary>
    /// <param name="socket">The client's socket, which may have left.</param>
    /// <param name="format">For its data.</param>
    /// <param name="nodeId">Who has the socket.</param>
    public StoredSession Describe(Socket socket, PeerFormat format, string nodeId)
    {
        var isLive = socket is { IsConnected: true, HasLeft: false };

        // before the rooms: one that is joined meanwhile does not count as saved
        var changes = Volatile.Read(ref _roomChanges);
        return new()
        {
            Pid = Pid, SocketId = SocketId, Generation = generation, RoomChanges = changes, Start = StartOffset, Owner = isLive ? nodeId : null,
            Rooms = RoomNames.Create([.. isLive ? socket.Rooms : Rooms]), Data = format.WriteObject(socket.DataIfAny ?? []),
        };
    }

    private async Task WriteNextAsync(Task current, Func<Task> write)
    {
        await current.ConfigureAwait(false);
        Task writing;
        lock (_saving)
        {
            _next = null;
            _current = writing = write();
        }
        await writing.ConfigureAwait(false);
    }
}
