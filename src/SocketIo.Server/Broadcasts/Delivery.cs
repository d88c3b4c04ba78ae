using System.Text.Json;
using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;
using SocketIo.Engine;
using SocketIo.Engine.Frames;
using SocketIo.Protocol;
using SocketIo.Recovery;
using SocketIo.Rooms;
using RoomNames = SocketIo.Rooms.RoomNames;

namespace SocketIo.Broadcasts;

/// <summary>
/// How the events of a namespace reach its sockets, and what is asked of several of them. Namespaces and sockets hand everything to it and
/// do not know whether events are logged, or where else sockets are.
/// </summary>
internal abstract class Delivery(Namespace @namespace)
{
    protected Namespace Namespace => @namespace;

    protected SocketIoServer Server => @namespace.Server;

    /// <summary>Sends an event to the sockets of a target: encodes and frames once, then hands the frame to each.</summary>
    public abstract void Broadcast<TArgs>(in BroadcastTarget target, string eventName, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct;

    /// <summary>The same, where the sockets are to acknowledge; <paramref name="answers"/> learns who was sent it.</summary>
    /// <returns>Completes when it was sent, or queued behind what comes first.</returns>
    public abstract Task Ask<TArgs>(in BroadcastTarget target, string eventName, in TArgs args, BroadcastAnswers answers)
        where TArgs : struct, IEventArguments, allows ref struct;

    /// <summary>Sends an event to one socket.</summary>
    /// <returns>False when it was not sent: the socket has left, its queue is full, or the event is volatile and could not leave at once.</returns>
    public abstract bool Emit<TArgs>(Socket socket, string eventName, in TArgs args, long ackId, bool isVolatile, bool isUncompressed)
        where TArgs : struct, IEventArguments, allows ref struct;

    /// <summary>Adds the sockets of a target to rooms.</summary>
    public abstract ValueTask JoinAsync(in BroadcastTarget target, in RoomNames rooms);

    /// <summary>Removes the sockets of a target from rooms.</summary>
    public abstract ValueTask LeaveAsync(in BroadcastTarget target, in RoomNames rooms);

    /// <summary>Disconnects the sockets of a target, or closes their connections.</summary>
    public abstract ValueTask DisconnectAsync(in BroadcastTarget target, bool close);

    /// <summary>Describes the sockets of a target.</summary>
    public abstract ValueTask<FetchedSockets> FetchAsync(BroadcastTarget target, CancellationToken cancellationToken);

    /// <summary>Sends an event to the other servers.</summary>
    public virtual void EmitToServers(in PacketData data)
    {
    }

    /// <summary>Sends an event to the other servers and collects what they answer.</summary>
    public virtual Task<Collected<ServerAnswer>> AskServersAsync(PacketData data) => Task.FromResult(new Collected<ServerAnswer>([], default));

    /// <summary>Completes when other servers reach the namespace's sockets, or can't now. Before that nobody is let in.</summary>
    public virtual Task WhenReady => Task.CompletedTask;

    /// <summary>Completes when other servers reach a socket that is about to connect, by its id and the rooms it is in.</summary>
    public virtual ValueTask AnnounceAsync(Socket socket) => ValueTask.CompletedTask;

    /// <summary>A room was joined, or has lost its last member.</summary>
    /// <returns>Completes when broadcasts of other servers reach the room; null when they do.</returns>
    public virtual Task? OnRoomChanged(string room) => null;

    /// <summary>
    /// Completes when what was emitted before has been sent to the sockets of this server; null when it has: what ends a membership or a socket
    /// comes behind that.
    /// </summary>
    public virtual Task? WhenSent() => null;

    /// <summary>A socket is about to join or leave rooms: <see cref="OnRoomsChanged"/> follows.</summary>
    public virtual void OnRoomsChanging(Socket socket)
    {
    }

    /// <summary>A socket has joined or left rooms.</summary>
    /// <returns>Completes when that is kept for a client that comes back; null when nothing has to be.</returns>
    public virtual Task? OnRoomsChanged(Socket socket) => null;

    /// <summary>Events of other servers are missing from here on.</summary>
    /// <param name="isReceived">Whether the sockets that are connected have got them.</param>
    public virtual void OnGap(bool isReceived)
    {
    }

    /// <summary>The namespace is removed.</summary>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The client that a connect packet's auth brings back; null for every other, which starts a new session.</summary>
    public abstract ValueTask<RecoverableSession?> RestoreAsync(JsonElement auth, EngineSession connection);

    /// <summary>The new session of a client that could come back; null when none can.</summary>
    public abstract RecoverableSession? BeginSession(string socketId, JsonElement auth);

    /// <summary>Makes an accepted socket visible and tells its client, so that who knows of the answer reaches it, and nothing comes before the answer.</summary>
    public abstract void Connect(Socket socket, Frame answer);

    /// <summary>The connection handlers of a connected socket have been started.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="handlers">Completes when they have ended; does not fail, and may be awaited by others too.</param>
    public virtual void OnHandlersStarted(Socket socket, ValueTask handlers)
    {
    }

    /// <summary>A socket that was to be connected is not.</summary>
    public abstract void OnAbandoned(Socket socket);

    /// <summary>A socket begins to disconnect.</summary>
    public abstract void OnClosing(Socket socket, DisconnectReason reason);

    /// <summary>A socket is about to leave its rooms.</summary>
    public abstract void OnLeaving(Socket socket);

    /// <summary>A socket has disconnected; its id is free.</summary>
    public abstract void OnClosed(Socket socket);

    /// <summary>Forgets the clients that have been gone for too long to come back.</summary>
    /// <returns>Whether others that have gone are kept.</returns>
    public abstract bool ForgetGone();

    protected Frame Encode<TArgs>(string eventName, in TArgs args, long ackId, bool isUncompressed)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        ReservedEvents.ThrowIfReserved(eventName);
        var frame = Server.Encoder.WriteEvent(@namespace.Name, eventName, args, ackId);
        return isUncompressed ? frame.Uncompressed() : frame;
    }

    /// <summary>The frame for all sockets of a target, which share what its compression gives.</summary>
    public Frame EncodeForAll<TArgs>(in BroadcastTarget target, string eventName, in TArgs args, long ackId = PacketHeader.NoId)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var frame = Encode(eventName, args, ackId, target.IsUncompressed);
        return !target.IsUncompressed && Server.Options.PerMessageDeflate is { } deflate && frame.Length >= deflate.Threshold ? frame.Shared() : frame;
    }

    /// <summary>What the listeners for outgoing events of a target's sockets get; null when there are none.</summary>
    protected OutgoingEvent? OutgoingOf<TArgs>(string eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct =>
        @namespace.HasOutgoingListeners ? new OutgoingEvent(eventName, args.ToArray()) : null;
}
