using System.Text.Json;
using SocketIo.Engine;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.Recovery;
using SocketIo.Rooms;
using SocketIo.Sockets;

namespace SocketIo.Broadcasts;

/// <summary>Delivers to the sockets of this server, and keeps nothing.</summary>
internal class DirectDelivery(Namespace @namespace) : Delivery(@namespace)
{
    protected LocalSockets Sockets => Namespace.Members;

    public override void Broadcast<TArgs>(in BroadcastTarget target, string eventName, in TArgs args)
    {
        var visitor = new SendVisitor(EncodeForAll(target, eventName, args), target.IsVolatile ? SendMode.Volatile : SendMode.Queued, OutgoingOf(eventName, args));
        VisitCorked(target, ref visitor);
    }

    public override Task Ask<TArgs>(in BroadcastTarget target, string eventName, in TArgs args, BroadcastAnswers answers)
    {
        var frame = EncodeForAll(target, eventName, args, answers.Id);
        var visitor = new SendVisitor(frame, target.IsVolatile ? SendMode.Volatile : SendMode.Queued, OutgoingOf(eventName, args), answers);
        VisitCorked(target, ref visitor);
        return Task.CompletedTask;
    }

    public override bool Emit<TArgs>(Socket socket, string eventName, in TArgs args, long ackId, bool isVolatile, bool isUncompressed)
    {
        var frame = Encode(eventName, args, ackId, isUncompressed);
        socket.NotifyOutgoing(eventName, args);
        return socket.Send(frame, isVolatile ? SendMode.Volatile : SendMode.Queued);
    }

    public override ValueTask JoinAsync(in BroadcastTarget target, in RoomNames rooms)
    {
        var visitor = new JoinVisitor(rooms);
        Sockets.Visit(target, ref visitor);
        return ValueTask.CompletedTask;
    }

    public override ValueTask LeaveAsync(in BroadcastTarget target, in RoomNames rooms)
    {
        var visitor = new LeaveVisitor(rooms);
        Sockets.Visit(target, ref visitor);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisconnectAsync(in BroadcastTarget target, bool close)
    {
        var visitor = new DisconnectVisitor(close);
        Sockets.Visit(target, ref visitor);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<FetchedSockets> FetchAsync(BroadcastTarget target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var visitor = new FetchVisitor([]);
        Sockets.Visit(target, ref visitor);
        return ValueTask.FromResult(new FetchedSockets(visitor.Sockets));
    }

    public override ValueTask<RecoverableSession?> RestoreAsync(JsonElement auth, EngineSession connection) => ValueTask.FromResult<RecoverableSession?>(null);

    public override RecoverableSession? BeginSession(string socketId, JsonElement auth) => null;

    public override void Connect(Socket socket, Frame answer)
    {
        socket.EnterOwnRoom();
        Sockets.Add(socket);
        socket.Life.Accept();
        socket.Welcome(answer);
        Namespace.RoomListeners.RaiseJoined(socket.Id, socket.Id, created: true);
        socket.Life.Connect();
    }

    public override void OnAbandoned(Socket socket)
    {
    }

    public override void OnClosing(Socket socket, DisconnectReason reason)
    {
    }

    public override void OnLeaving(Socket socket)
    {
    }

    public override void OnClosed(Socket socket)
    {
    }

    public override bool ForgetGone() => false;

    // First every queue gets the frame, then bytes move.
    private void VisitCorked(in BroadcastTarget target, ref SendVisitor visitor)
    {
        using (Cork.HoldChunks())
            Sockets.Visit(target, ref visitor);
    }

    private readonly struct JoinVisitor(RoomNames rooms) : ISocketVisitor
    {
        public void Visit(Socket socket) => socket.Try(static (socket, rooms) => socket.Join(rooms), rooms, "join rooms");
    }

    private readonly struct LeaveVisitor(RoomNames rooms) : ISocketVisitor
    {
        public void Visit(Socket socket) => socket.Try(static (socket, rooms) => socket.Leave(rooms), rooms, "leave rooms");
    }

    private readonly struct DisconnectVisitor(bool close) : ISocketVisitor
    {
        public void Visit(Socket socket) => socket.Try(static (socket, close) => socket.Disconnect(close), close, "disconnect");
    }

    private readonly struct FetchVisitor(List<RemoteSocket> sockets) : ISocketVisitor
    {
        public List<RemoteSocket> Sockets => sockets;

        public void Visit(Socket socket) => sockets.Add(new RemoteSocket(socket));
    }
}
