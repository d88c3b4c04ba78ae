using System.Collections.Concurrent;
using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;
using SocketIo.Engine;
using SocketIo.Protocol;
using SocketIo.Recovery;

namespace SocketIo.Peers;

/// <summary>
/// The clients of a namespace that can come back to any server. What they are is saved in the backplane's log: when they go, and, where the
/// options say so, while they are connected. A server to which one comes back takes it from there, and the one that had it lets go.
/// </summary>
internal sealed class SharedSessions
{
    // Of all sessions that are saved again.
    private const int MaxSavedAtOnce = 64;

    private static readonly TimeSpan MaxHandover = TimeSpan.FromSeconds(5);

    private readonly Namespace _namespace;
    private readonly ClusterNode _node;
    private readonly ClusterLog _stored;
    private readonly Func<bool> _isAway;
    private readonly bool _savesLive;
    private readonly TimeSpan _keep;
    private readonly TimeSpan _refreshInterval;
    private long _refreshedAt;

    // The clients of this server, by private id.
    private readonly ConcurrentDictionary<string, SharedSession> _byPid = new(StringComparer.Ordinal);

    /// <param name="namespace">Has the sockets.</param>
    /// <param name="duration">How long a client may be away.</param>
    /// <param name="node">Tells the other servers.</param>
    /// <param name="stored">Where the clients are saved.</param>
    /// <param name="savesLive">Whether connected clients are saved, too.</param>
    /// <param name="isAway">Whether the backplane is away.</param>
    public SharedSessions(Namespace @namespace, TimeSpan duration, ClusterNode node, ClusterLog stored, bool savesLive, Func<bool> isAway)
    {
        _namespace = @namespace;
        _node = node;
        _stored = stored;
        _isAway = isAway;
        _savesLive = savesLive;

        // a live session is written again before it ends
        _refreshInterval = duration / 2;
        _refreshedAt = Server.Time.GetTimestamp();
        _keep = savesLive ? duration + _refreshInterval : duration;
    }

    private SocketIoServer Server => _namespace.Server;

    /// <summary>
    /// Takes the client that asks to come back, from another server or from this one, which it then has left; null when it can't come back.
    /// </summary>
    /// <param name="request">What it asks by.</param>
    /// <param name="roomChanges">What is stored of it has to know of so many.</param>
    /// <param name="connection">How it has come.</param>
    public async ValueTask<SharedSession?> TakeAsync(RecoveryRequest request, int roomChanges, EngineSession connection)
    {
        if (_byPid.TryGetValue(request.Pid, out var own) && !await HasLeftAsync(own, connection).ConfigureAwait(false))
            return null;
        if (await TakeStoredAsync(request.Pid).ConfigureAwait(false) is not { } stored || OffsetOf(request, stored) is not { } offset)
            return null;
        if (stored.RoomChanges < roomChanges)
            return null;
        var session = new SharedSession(stored.Pid, stored.SocketId, stored.Generation + 1, stored.RoomChanges) { StartOffset = stored.Start, SentTo = offset };
        if (_namespace.Members.Find(stored.SocketId) is not null)
            return null;
        session.Introduce(Task.CompletedTask);
        session.Remember(stored.Rooms);
        session.Restore(DataOf(stored));
        _node.TakeSession(session.SocketId, session.Generation);
        return session;
    }

    /// <summary>A client is about to be connected.</summary>
    public void Add(SharedSession session) => _byPid[session.Pid] = session;

    /// <summary>A client is connected. One that came back has its rooms.</summary>
    public void OnConnected(Socket socket, SharedSession session)
    {
        if (socket.Recovered)
            SaveLive(socket, session);
    }

    /// <summary>
    /// The connection handlers of a client have been started. They join the rooms that make it what it is: before they have ended it is not
    /// saved, so that it does not come back, from a server that was killed, to a place that was half made.
    /// </summary>
    public void OnHandlersStarted(Socket socket, ValueTask handlers)
    {
        if (socket is not { Recovered: false, Recoverable: SharedSession session })
            return;
        var task = handlers.AsTask();
        session.Introduce(task);
        if (task.IsCompleted)
            SaveLive(socket, session);
        else
            _ = SaveLaterAsync(socket, session, task);
    }

    /// <summary>A client is about to join or leave rooms.</summary>
    public static void OnRoomsChanging(Socket socket) => (socket.Recoverable as SharedSession)?.BeginRoomChange();

    /// <summary>A client has joined or left rooms.</summary>
    /// <returns>Completes when that is saved; null when it need not be.</returns>
    public Task? OnRoomsChanged(Socket socket)
    {
        (socket.Recoverable as SharedSession)?.EndRoomChange();
        return SaveAgain(socket);
    }

    /// <summary>A client leaves for good, and can't come back.</summary>
    public void Remove(Socket socket)
    {
        var session = (SharedSession)socket.Recoverable!;
        if (session.IsOver)
            return;
        session.IsOver = true;
        _ = session.Write(() => StoreAsync(socket, session));
    }

    /// <summary>A client has gone; if it has not left for good, it may come back.</summary>
    public void OnClosed(Socket socket)
    {
        var session = (SharedSession)socket.Recoverable!;
        if (!session.IsOver)
            _ = Save(socket, session);
        session.End(socket.DataIfAny);
        _ = ForgetAsync(session);
    }

    /// <summary>A client that came back is not connected after all: it may try again.</summary>
    public void OnAbandoned(Socket socket)
    {
        if (!socket.Recovered || socket.Recoverable is not SharedSession session)
            return;
        session.Missed = null;
        _ = Save(socket, session);
    }

    /// <summary>
    /// A client wants to come back to another server: if this one still has it, its connection is dead. Completes when what this server
    /// knows is stored; if the client has left by itself, that is nothing. Does not fail.
    /// </summary>
    public async Task ReleaseAsync(string pid)
    {
        if (_byPid.TryGetValue(pid, out var session))
            await LetGoAsync(session).ConfigureAwait(false);
    }

    /// <summary>A client has come back to another server: if this one still has it, its connection is dead.</summary>
    public void OnTaken(string socketId, int generation)
    {
        if (_namespace.Members.Find(socketId) is not { Recoverable: SharedSession session } socket || session.Generation >= generation)
            return;
        session.IsOver = true;
        socket.Connection.Drop(DisconnectReason.TransportClose.With("the client has connected anew"));
    }

    /// <summary>Saves all connected clients again before what is stored ends.</summary>
    public void Tick()
    {
        if (!_savesLive || Server.Time.GetElapsedTime(_refreshedAt) < _refreshInterval)
            return;
        _refreshedAt = Server.Time.GetTimestamp();
        _ = SaveLiveAsync();
    }

    /// <summary>Saves all connected clients, where the options say so.</summary>
    public async Task SaveLiveAsync()
    {
        if (!_savesLive)
            return;
        var saving = new List<Task>();
        foreach (var (_, socket) in _namespace.Members.ById)
        {
            if (SaveAgain(socket) is { } saved)
                saving.Add(saved);
            if (saving.Count < MaxSavedAtOnce)
                continue;
            await Task.WhenAll(saving).ConfigureAwait(false);
            saving.Clear();
        }
    }

    /// <summary>Completes when what clients that have gone left is saved.</summary>
    public Task SettleAsync() => Task.WhenAll(_byPid.Values.Select(static session => session.Saved));

    // Another server that still has the client may be about to store more, or to remove it all.
    private async ValueTask<StoredSession?> TakeStoredAsync(string pid)
    {
        if (await _stored.FindAsync(pid, CancellationToken.None).ConfigureAwait(false) is not { } found)
            return null;
        if (found.Owner is { } owner)
            await _node.ReleaseSessionAsync(pid, owner).ConfigureAwait(false);
        return await _stored.TakeAsync(pid, CancellationToken.None).ConfigureAwait(false);
    }

    // A client that has got nothing since it first connected has missed what came since then.
    private string? OffsetOf(RecoveryRequest request, StoredSession stored)
    {
        if (request.Offset is null || stored.Start is null)
            return request.Offset ?? stored.Start;
        return _stored.Compare(request.Offset, stored.Start) < 0 ? stored.Start : request.Offset;
    }

    private ConcurrentDictionary<string, object?> DataOf(StoredSession stored)
    {
        var data = new ConcurrentDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in PeerFormat.ReadObject(stored.Data))
            data[name] = Server.PeerFormat.Read<object?>(value);
        return data;
    }

    private async ValueTask<bool> HasLeftAsync(SharedSession session, EngineSession connection)
    {
        // a client that joins twice by one connection has left in between, by itself
        return session.Connection != connection && await LetGoAsync(session).ConfigureAwait(false);
    }

    // Whether the client can come back: its socket has gone, and is stored.
    private async Task<bool> LetGoAsync(SharedSession session)
    {
        session.Connection?.Drop(DisconnectReason.TransportClose.With("the client has connected anew"));
        try
        {
            await session.WhenLeft.WaitAsync(MaxHandover, Server.Time).ConfigureAwait(false);
            await session.Saved.WaitAsync(MaxHandover, Server.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
        return !session.IsOver;
    }

    private async Task SaveLaterAsync(Socket socket, SharedSession session, Task handlers)
    {
        try
        {
            await handlers.WaitAsync(RecoverableSession.MaxIntroduction, Server.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // they may never end, and the client be worth it all the same
        }
        SaveLive(socket, session);
    }

    private void SaveLive(Socket socket, SharedSession session)
    {
        if (!_savesLive)
            return;
        session.IsSavedLive = true;
        _ = SaveAgain(socket);
    }

    private Task? SaveAgain(Socket socket) =>
        socket is { IsConnected: true, Recoverable: SharedSession { IsSavedLive: true, IsOver: false } session } ? Save(socket, session) : null;

    // Not while the backplane is away: it is made up for when it is back.
    private Task? Save(Socket socket, SharedSession session) => _isAway() ? null : session.Write(() => StoreAsync(socket, session));

    // What is right when its turn comes. Of a client that has been taken over meanwhile the log refuses it.
    private async Task StoreAsync(Socket socket, SharedSession session)
    {
        try
        {
            var stored = session.IsOver ? null : session.Describe(socket, Server.PeerFormat, _node.Id);
            var storing = stored is null
                ? _stored.RemoveAsync(session.Pid, session.Generation, _keep, CancellationToken.None)
                : _stored.SaveAsync(stored, _keep, CancellationToken.None);
            await storing.AsTask().WaitAsync(MaxHandover, Server.Time).ConfigureAwait(false);
            if (stored is not null)
                session.OnSaved(stored);
        }
        catch (Exception exception)
        {
            Log.LogFailed(Server.Logger, exception, _namespace.Name);
        }
    }

    private async Task ForgetAsync(SharedSession session)
    {
        await session.Saved.ConfigureAwait(false);
        _byPid.TryRemove(new(session.Pid, session));
    }
}
