using System.Text;
using System.Text.Json;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>
/// One connection and its sockets: joins namespaces, routes packets to sockets, tells them of the end. Locks itself, as nobody else
/// can: a lock of its own for each would be memory of every idle client.
/// </summary>
internal sealed class Client(SocketIoServer server, EngineSession session)
{
    // In-flight packets are forgiven for so many namespaces that the server put the client out of; more are not remembered.
    private const int MaxRemembered = 64;

    // Written under the lock, read without: one socket per namespace, mostly one in all.
    private Socket[] _sockets = [];

    // guarded by the lock: namespaces whose middleware is still deciding, and those the server has put the client out of
    private string[] _joining = [];
    private HashSet<string>? _left;

    private static readonly ConnectResult InvalidNamespace = ConnectResult.Refuse("Invalid namespace");

    // The half-received binary packet; touched by the receive loop only.
    private AttachmentAssembler? _assembler;

    // guarded by the lock
    private int _pendingEvents;
    private TaskCompletionSource? _whenRoom;

    public EngineSession Session => session;

    public SocketIoServer Server => server;

    private bool IsOld => session.Protocol == 3;

    /// <summary>Joins the default namespace for a client of protocol 3, which does not ask for it.</summary>
    public void JoinDefault()
    {
        lock (this)
            _joining = ["/"];
        _ = JoinAsync("/", OldClients.AuthOf(default));
    }

    /// <summary>Takes a message from the connection. The task is not complete while too many events wait for handlers.</summary>
    public ValueTask Receive(EngineMessage message)
    {
        if (_assembler is not null)
            return message.IsBinary ? ReceiveAttachment(_assembler, message.Data) : Refuse("a text message in place of an attachment");
        if (message.IsBinary != server.Parser.IsBinary)
            return Refuse(message.IsBinary ? "an attachment without a packet" : "a text message in place of a packet");
        if (!server.Parser.TryReadHeader(message.Data, server.Options.MaxAttachments, out var header, out var error))
            return Refuse(error!);
        if (header.AttachmentCount == 0)
            return Route(message.Data, header, []);

        _assembler = new AttachmentAssembler(message.Data, header, MaxAttachmentBytes);
        return ValueTask.CompletedTask;
    }

    /// <summary>The connection has ended: all its sockets end for the same reason.</summary>
    public void OnClosed(DisconnectReason reason)
    {
        foreach (var socket in Volatile.Read(ref _sockets))
            socket.Close(reason);
        ReleaseReader();
    }

    /// <summary>Puts the client out of all namespaces and closes the connection, once what was sent has left.</summary>
    public void Disconnect()
    {
        foreach (var socket in Volatile.Read(ref _sockets))
            socket.LeaveNamespace();
        session.Close();
    }

    public void Remove(Socket socket, bool byServer)
    {
        lock (this)
        {
            Volatile.Write(ref _sockets, [.. _sockets.Where(other => other != socket)]);
            if (byServer && (_left ??= []).Count < MaxRemembered)
                _left.Add(socket.Namespace.Name);
        }
    }

    /// <summary>An event has to wait; completes when the reader may go on.</summary>
    public ValueTask AddPending()
    {
        lock (this)
        {
            if (++_pendingEvents < server.Options.MaxPendingHandlers || !session.IsOpen)
                return ValueTask.CompletedTask;
            _whenRoom ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_whenRoom.Task);
        }
    }

    public void RemovePending()
    {
        lock (this)
        {
            if (--_pendingEvents >= server.Options.MaxPendingHandlers)
                return;
        }
        ReleaseReader();
    }

    private long MaxAttachmentBytes => (long)server.Options.MaxAttachments * server.Options.MaxHttpBufferSize;

    private void ReleaseReader()
    {
        lock (this)
        {
            _whenRoom?.TrySetResult();
            _whenRoom = null;
        }
    }

    private ValueTask ReceiveAttachment(AttachmentAssembler assembler, ReadOnlySpan<byte> data)
    {
        switch (assembler.Add(data))
        {
            case AttachmentStatus.TooLarge:
                return Refuse("too large attachments");
            case AttachmentStatus.Incomplete:
                return ValueTask.CompletedTask;
            default:
                _assembler = null;
                return Route(assembler.Packet, assembler.Header, assembler.ToArray());
        }
    }

    private ValueTask Route(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        var name = header.NamespaceOf(packet);
        var query = IsOld ? OldClients.TakeQuery(ref name) : default;
        var socket = Find(name);
        if (header.Type is PacketType.Connect && socket is null)
            return Join(Encoding.UTF8.GetString(name), IsOld ? OldClients.AuthOf(query) : server.Parser.ReadAuth(packet, header));
        if (socket is null || header.Type is PacketType.Connect or PacketType.ConnectError)
            return WasPutOut(name, header.Type) ? ValueTask.CompletedTask : CloseForState(header.Type);
        switch (header.Type)
        {
            case PacketType.Event or PacketType.BinaryEvent:
                return socket.Receive(packet, header, attachments);
            case PacketType.Ack or PacketType.BinaryAck:
                socket.ReceiveAck(packet, header, attachments);
                return ValueTask.CompletedTask;
            default:
                socket.Close(DisconnectReason.ClientNamespaceDisconnect);
                return ValueTask.CompletedTask;
        }
    }

    private Socket? Find(ReadOnlySpan<byte> namespaceName)
    {
        foreach (var socket in Volatile.Read(ref _sockets))
        {
            if (namespaceName.SequenceEqual(socket.Namespace.Utf8Name))
                return socket;
        }
        return null;
    }

    // What was on its way when the server put the client out of a namespace is nobody's fault.
    private bool WasPutOut(ReadOnlySpan<byte> namespaceName, PacketType type)
    {
        if (type is PacketType.Connect or PacketType.ConnectError)
            return false;
        lock (this)
            return _left is not null && _left.Contains(Encoding.UTF8.GetString(namespaceName));
    }

    private ValueTask CloseForState(PacketType type)
    {
        Log.InvalidState(server.Logger, type);
        session.Break(DisconnectReason.ForcedServerClose.With($"a {type} packet outside a joined namespace"));
        return ValueTask.CompletedTask;
    }

    private ValueTask Refuse(string error)
    {
        session.Break(DisconnectReason.ParseError.With(error));
        return ValueTask.CompletedTask;
    }

    /// <summary>Begins to join; the reader does not wait for the middleware, other namespaces' packets may follow.</summary>
    private ValueTask Join(string name, JsonElement auth)
    {
        lock (this)
        {
            if (_joining.Contains(name) || _joining.Length >= server.Options.MaxPendingHandlers)
                return CloseForState(PacketType.Connect);
            _joining = [.. _joining, name];
            _left?.Remove(name);
        }
        _ = JoinAsync(name, auth);
        return ValueTask.CompletedTask;
    }

    private async Task JoinAsync(string name, JsonElement auth)
    {
        try
        {
            var result = await TryJoinAsync(name, auth).ConfigureAwait(false);
            if (result.IsRefused)
                EndJoin(name, RefusalOf(name, result));
        }
        catch (Exception exception)
        {
            // what the exception says is for the log, not for strangers
            Log.JoinFailed(server.Logger, exception, name);
            EndJoin(name, RefusalOf(name, ConnectResult.Refuse("Internal server error")));
        }
    }

    // A client of protocol 3 gets the data in place of the message, or else the message as text.
    private Frame RefusalOf(string name, ConnectResult result) => IsOld && result != InvalidNamespace
        ? server.Parser.WriteConnectError(name, null, result.Data ?? result.Message)
        : server.Parser.WriteConnectError(name, result.Message, result.Data);

    // In this order: as soon as the client is told it may ask again.
    private void EndJoin(string name, Frame refusal)
    {
        lock (this)
            _joining = [.. _joining.Where(other => other != name)];
        session.Enqueue(refusal);
    }

    private async ValueTask<ConnectResult> TryJoinAsync(string name, JsonElement auth)
    {
        while (await server.FindAsync(name, auth).ConfigureAwait(false) is { } @namespace)
        {
            // an empty child namespace may have been removed since; another is made then
            if (!@namespace.TryReserve())
                continue;

            var restored = @namespace.Recovery is { } recovery ? await recovery.RestoreAsync(auth, session).ConfigureAwait(false) : null;
            var socket = new Socket(@namespace, this, auth, restored);
            var isAccepted = false;
            try
            {
                var result = SkipsMiddleware(socket) ? ConnectResult.Accept : await @namespace.RunMiddlewareAsync(socket).ConfigureAwait(false);
                isAccepted = !result.IsRefused && session.IsOpen;
                if (isAccepted)
                    Connect(socket);
                return result;
            }
            finally
            {
                if (!isAccepted)
                    socket.Abandon();
            }
        }
        return InvalidNamespace;
    }

    private bool SkipsMiddleware(Socket socket) =>
        socket.Recovered && server.Options.ConnectionStateRecovery is { SkipMiddlewares: true };

    private void Connect(Socket socket)
    {
        lock (this)
        {
            _joining = [.. _joining.Where(other => other != socket.Namespace.Name)];
            Volatile.Write(ref _sockets, [.. _sockets, socket]);
        }
        session.ClearDeadline();
        socket.Connect();

        // a connection that ended meanwhile has told only the sockets it knew of
        if (!session.IsOpen)
            socket.Close(session.CloseReason);
    }
}
